import { AgentError } from "../../protocol/agent-error.ts";
import type { UndoRequest } from "../../protocol/checkpoint.ts";
import type { CommandReply } from "../../protocol/runtime.ts";
import type { CommandContext, SlashCommand } from "./slash-command.ts";
import { undoText } from "./undo-text.ts";

export const undoTurn: SlashCommand = {
  usage: "/undo [--force | --keep]",
  summary: "takes back the last turn: its file changes, and that the model knows of it",
  needsSession: true,
  run: takeBack,
};

async function takeBack(
  { session, ledger, undoFiles }: CommandContext,
  words: readonly string[],
): Promise<CommandReply> {
  const onConflict = wishOf(words);
  const runId = await ledger.lastTurn(session.id);
  if (runId === undefined) return { text: "There is no turn to take back.", isError: true };
  const report = await undoFiles({ target: { runId }, onConflict });
  if (report?.status === "conflict" || report?.status === "unfinished")
    return { text: undoText(report, "/undo"), isError: true };
  const checkpoint = report?.checkpointId === undefined ? {} : { checkpointId: report.checkpointId };
  await ledger.takeBackTurn({ sessionId: session.id, runId, ...checkpoint });
  const told = "The last turn is taken back; the model is not shown it any more.";
  return { text: report === undefined ? told : `${told}\n${undoText(report, "/undo")}`, isError: false };
}

function wishOf(words: readonly string[]): UndoRequest["onConflict"] {
  const [word, ...more] = words;
  if (word === undefined) return "stop";
  if (more.length === 0 && word === "--force") return "overwrite";
  if (more.length === 0 && word === "--keep") return "keep";
  throw new AgentError("bad-usage", `/undo ${words.join(" ")} is not known: ${undoTurn.usage}.`);
}
