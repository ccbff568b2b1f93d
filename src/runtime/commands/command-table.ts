import { AgentError } from "../../protocol/agent-error.ts";
import { recallPast } from "./recall-past.ts";
import type { SlashCommand } from "./slash-command.ts";
import { undoTurn } from "./undo-turn.ts";

/** Every slash command, for all surfaces. */
const commandTable: Readonly<Record<string, SlashCommand>> = { recall: recallPast, undo: undoTurn };

export type CalledCommand = { readonly command: SlashCommand; readonly words: readonly string[] };

/**
 * The command that a text calls; `undefined` when it is a task, which may begin with a path. Throws `bad-usage` for a
 * word that is neither; it names those that are known.
 */
export function calledCommand(text: string, isPath: (word: string) => boolean): CalledCommand | undefined {
  const [first = "", ...words] = text.trim().split(/\s+/u);
  const [, name] = /^\/([a-z][a-z-]*)$/u.exec(first) ?? [];
  if (name === undefined) return undefined;
  const command = Object.hasOwn(commandTable, name) ? commandTable[name] : undefined;
  if (command !== undefined) return { command, words };
  if (isPath(first)) return undefined;
  const known = Object.values(commandTable).map(({ usage, summary }) => `${usage} (${summary})`);
  throw new AgentError("bad-usage", `There is no command ${first}. There is: ${known.join("; ")}.`);
}
