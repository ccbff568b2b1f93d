import type { AgentEvent } from "../protocol/agent-event.ts";
import type { StoredMessage } from "../protocol/message.ts";
import { maximalCost } from "../protocol/model.ts";
import { estimateTokens } from "../lib/estimate-tokens.ts";
import type { AgentInput } from "./agent-input.ts";
import { historyTokens } from "./request-size.ts";
import { writeSummary, type WrittenSummary } from "./summarize.ts";
import { summaryText } from "./summary-text.ts";
import { noUsage } from "../protocol/usage.ts";

const summaryDeadlineMs = 120_000;

/**
 * Stores a summary that stands for `older` and everything before it. The model writes what happened; when it cannot,
 * the summary is made without it, and a notice says so. The person's requests and identifiers do not depend on it.
 */
export async function* compactSession(
  older: readonly StoredMessage[],
  input: AgentInput,
  maxTokens: number,
): AsyncGenerator<AgentEvent, void> {
  const { sessionId, runId, ledger } = input;
  const upTo = older.at(-1)?.seq ?? 0;
  const context = await ledger.context(sessionId);
  const earlier = context.summary?.message.role === "summary" ? context.summary.message.text : undefined;
  const written = await writtenSummary({ older, earlier, maxTokens: maxTokens * 0.45 }, input);
  if (written.problem !== undefined) {
    const text = `The summary was made without a model, from the messages alone (${written.problem}).`;
    yield { type: "notice", runId, notice: { code: "summary-failed", text } };
  }
  const everything = await ledger.messages(sessionId);
  const covered = everything.filter(
    ({ seq, message, isTakenBack }) => seq <= upTo && message.role !== "summary" && isTakenBack !== true,
  );
  const text = summaryText({ sessionId, messages: covered, written: written.text, maxTokens });
  await ledger.compact({ sessionId, runId, messageId: input.newId(), message: { role: "summary", text, upTo } });
  const told = `Summarised ${covered.length} older messages; the originals stay and can be searched.`;
  yield { type: "notice", runId, notice: { code: "context-fitted", text: told } };
}

type Writing = {
  readonly older: readonly StoredMessage[];
  readonly earlier: string | undefined;
  readonly maxTokens: number;
};

async function writtenSummary({ older, earlier, maxTokens }: Writing, input: AgentInput): Promise<WrittenSummary> {
  const { summaryModel: model, ledger, sessionId, runId, limits, dayStart } = input;
  const reservationId = input.newId();
  const promptTokens = historyTokens(older.map(({ message }) => message)) + estimateTokens(earlier ?? "");
  const reserved = await ledger.reserveUsage({
    id: reservationId,
    runId,
    sessionId,
    purpose: "summary",
    model: model.id,
    estimatedTokens: Math.ceil(promptTokens + maxTokens),
    estimatedUsd: maximalCost(model, promptTokens, maxTokens),
    budgets: limits.budgets,
    dayStart,
  });
  if (reserved.status === "over-budget") return { text: undefined, problem: "the budget is spent", usage: noUsage };
  const deadline = AbortSignal.any([input.signal, AbortSignal.timeout(summaryDeadlineMs)]);
  const written = await writeSummary({ model, messages: older, earlier, maxTokens }, deadline);
  await ledger.settleUsage(reservationId, written.usage);
  return written;
}
