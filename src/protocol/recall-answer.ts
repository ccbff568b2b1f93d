import type { RecallQuestion, RecallWindow } from "./recall.ts";

export type RecallRequest = {
  readonly question: RecallQuestion;
  /** The run that asks: its own messages repeat the question and are before the model anyway, so they are not found. */
  readonly askedIn?: string;
  /** Asks for a summary by a model, paid for under these ids; absent: no model is called. */
  readonly summary?: { readonly sessionId: string; readonly runId: string };
};

export type RecallAnswer = {
  /** In order of time, oldest first. */
  readonly windows: readonly RecallWindow[];
  /** Every sentence of it names a message of `windows`; `undefined` when none was asked for, or none can be trusted. */
  readonly summary: string | undefined;
  /** One sentence about the summary: why there is none though one was asked for, or what was left out of it. */
  readonly notice: string | undefined;
};

export interface PastSessions {
  /** Rejects as `Recall.search` does; a model that fails, is late or lies only takes the summary away. */
  answer(request: RecallRequest, signal: AbortSignal): Promise<RecallAnswer>;
  /** Bounded text of it: where each passage stands, which is the newest, and how to read on. Pure. */
  text(answer: RecallAnswer, query: string): string;
}
