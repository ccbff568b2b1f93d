import type { ToolIntent } from "../protocol/tool.ts";
import type { NeedsOfScript } from "./command-needs.ts";
import type { FloorCase } from "./floor.ts";
import type { NetworkUse } from "./network-use.ts";
import { splitCommand } from "./shell-words.ts";
import type { CommandTarget } from "./rules.ts";

/** All that the text of a command tells. `floor` absent: it only reads, and nothing of it is for the floor to judge. */
export type CommandReading = {
  readonly target: CommandTarget;
  readonly needs: NeedsOfScript;
  readonly floor: Omit<FloorCase, "folder"> | undefined;
  /** Why a person has to look at its text. */
  readonly doubts: readonly string[];
  readonly network: NetworkUse | undefined;
};

/** In a shell without functions these are what they are. */
const builtins: ReadonlySet<string> = new Set(["cd", "echo", "false", "printf", "pwd", "test", "true", "type"]);

/** The grammar of the shell is loaded only for what is more than a surely reading line. */
export async function readCommand({ command, effect }: ToolIntent): Promise<CommandReading | undefined> {
  if (command === undefined) return undefined;
  const plain = effect === "read" ? splitCommand(command.text) : undefined;
  if (plain === undefined) return throughGrammar(command.text);
  const exact = plain.map(({ words }) => words.map(({ text }) => text));
  const programs = [...new Set(exact.flatMap(([first = ""]) => (builtins.has(first) ? [] : [first])))];
  return {
    target: { text: command.text, exact, possible: exact },
    needs: { programs, files: [], scripts: [], named: [], adrift: [] },
    floor: undefined,
    doubts: [],
    network: undefined,
  };
}

async function throughGrammar(text: string): Promise<CommandReading> {
  const [{ readScript }, { possibleCommands }, { exactCommands }, { needsOf }, { networkUse }] = await Promise.all([
    import("./read-script.ts"),
    import("./look-through.ts"),
    import("./exact-commands.ts"),
    import("./command-needs.ts"),
    import("./network-use.ts"),
  ]);
  const script = readScript(text);
  const possible = possibleCommands(script, readScript);
  const needs = needsOf(script);
  return {
    target: { text, exact: exactCommands(script), possible },
    needs,
    floor: { text, script, possible, needs },
    doubts: script.doubts,
    network: networkUse(possible),
  };
}
