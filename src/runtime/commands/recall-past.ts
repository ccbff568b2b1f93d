import { AgentError } from "../../protocol/agent-error.ts";
import type { CommandReply } from "../../protocol/runtime.ts";
import type { CommandContext, SlashCommand } from "./slash-command.ts";

const windows = 8;

export const recallPast: SlashCommand = {
  usage: "/recall QUESTION",
  summary: "answers from past sessions, with sources",
  needsSession: false,
  run: recall,
};

async function recall(context: CommandContext, words: readonly string[]): Promise<CommandReply> {
  const text = words.join(" ");
  if (text === "") throw new AgentError("bad-usage", `Recall what? ${recallPast.usage}.`);
  const { session, newId, signal } = context;
  const past = await context.pastSessions();
  const question = { text, scope: { audiences: [session.audience] }, limit: windows };
  const answer = await past.answer({ question, summary: { sessionId: session.id, runId: newId() } }, signal);
  return { text: past.text(answer, text), isError: false };
}
