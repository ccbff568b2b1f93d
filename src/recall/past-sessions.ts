import { abortAfter } from "../lib/abort-after.ts";
import type { PastSessions, RecallAnswer, RecallRequest } from "../protocol/recall-answer.ts";
import type { Recall, RecallWindow } from "../protocol/recall.ts";
import { answerText } from "./answer-text.ts";
import { checkCitations } from "./check-citations.ts";
import { SummaryWriter, type SummaryParts, type WrittenAnswer } from "./summary-writer.ts";

export type PastSessionsParts = SummaryParts & {
  readonly recall: Recall;
  /** For all that a model is asked about one question. */
  readonly deadlineMs: number;
};

export function createPastSessions(parts: PastSessionsParts): PastSessions {
  const answer: PastSessions["answer"] = async (request, signal) => {
    const windows = await searched(request, parts.recall, signal);
    if (request.summary === undefined) return { windows, summary: undefined, notice: undefined };
    using deadline = abortAfter(parts.clock, parts.deadlineMs, signal);
    const answered = await summedUp({ windows, request, signal: deadline.signal }, parts);
    if (answered.summary !== undefined || answered.windows.length === 0 || !deadline.isExpired()) return answered;
    return { ...answered, notice: without(`the model was not done within ${parts.deadlineMs / 1_000} s`) };
  };
  return { answer, text: answerText };
}

const fewOfOneRun = 2;

async function searched(
  { question, askedIn }: RecallRequest,
  recall: Recall,
  signal: AbortSignal,
): Promise<readonly RecallWindow[]> {
  if (askedIn === undefined) return recall.search(question, signal);
  const windows = await recall.search({ ...question, limit: question.limit + fewOfOneRun }, signal);
  const others = windows.flatMap((window) => {
    const own = new Set(window.messages.filter(({ runId }) => runId === askedIn).map(({ seq }) => seq));
    const found = window.found.filter((seq) => !own.has(seq));
    const foundScores = window.foundScores.filter((_, at) => !own.has(window.found[at] ?? 0));
    const [score] = foundScores;
    return score === undefined ? [] : [{ ...window, found, foundScores, score }];
  });
  return others.map((window, index) => ({ ...window, isNewest: index === others.length - 1 }));
}

type Summing = {
  readonly windows: readonly RecallWindow[];
  readonly request: RecallRequest;
  readonly signal: AbortSignal;
};

/** One call of the model; a second one when it asks for other words, which then count as the question's alternative. */
async function summedUp({ windows, request, signal }: Summing, parts: PastSessionsParts): Promise<RecallAnswer> {
  const { question, summary: account } = request;
  if (account === undefined) return { windows, summary: undefined, notice: undefined };
  const writer = new SummaryWriter(parts, account);
  const mayAsk = question.alternative === undefined;
  const first = await writer.write({ question: question.text, windows, maySearch: mayAsk }, signal);
  if (first.status !== "search") return checked(first, windows);
  const alternative = { ...request, question: { ...question, alternative: first.words } };
  const more = await searched(alternative, parts.recall, signal).catch(() => windows); // the first finds are still an answer
  if (more.length === 0) return { windows: more, summary: undefined, notice: undefined };
  const second = await writer.write({ question: question.text, windows: more, maySearch: false }, signal);
  return checked(second, more);
}

function checked(written: WrittenAnswer, windows: readonly RecallWindow[]): RecallAnswer {
  if (windows.length === 0) return { windows, summary: undefined, notice: undefined };
  switch (written.status) {
    case "failed":
      return { windows, summary: undefined, notice: without(written.problem) };
    case "none":
    case "search":
      return { windows, summary: undefined, notice: without("the model found no answer in what was found") };
    case "written": {
      const { text, dropped } = checkCitations(written.text, windows);
      if (text === "")
        return { windows, summary: undefined, notice: without("none of it named a source that was given") };
      return { windows, summary: text, notice: dropped === 0 ? undefined : leftOut(dropped) };
    }
  }
}

function without(reason: string): string {
  return `There is no summary (${reason}); these are the passages themselves.`;
}

function leftOut(count: number): string {
  return count === 1
    ? "One sentence of the summary was left out: its source does not say it."
    : `${count} sentences of the summary were left out: their sources do not say it.`;
}
