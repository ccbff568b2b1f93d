import type { SearchScope } from "./ledger.ts";
import type { StoredMessage } from "./message.ts";
import type { Session, Surface } from "./session.ts";

export type RecallQuestion = {
  /** In the asker's words; no query syntax. */
  readonly text: string;
  /** A second wording, for what takes two steps to find; its finds join the first's. */
  readonly alternative?: string;
  /** Holds in the query itself: nothing outside it is ever looked at. */
  readonly scope: SearchScope;
  /** Windows wanted at most. */
  readonly limit: number;
  /** Both in ms since the epoch; `from` is included, `to` is not. */
  readonly from?: number;
  readonly to?: number;
  readonly surface?: Surface;
  /** Whose messages, where several people write. */
  readonly personId?: string;
  /** Also summaries, scheduled runs and learning runs, which repeat what people said. */
  readonly isGeneratedIncluded?: boolean;
};

/** A passage of one session: the messages found and their neighbours. */
export type RecallWindow = {
  readonly session: Session;
  /** In `seq` order, word for word; only turns that were taken back are left out. */
  readonly messages: readonly StoredMessage[];
  /** `seq` of the messages that were found, best first. */
  readonly found: readonly number[];
  /** What each of `found` scored, in the same order and unit as `score`, which is the first of them. */
  readonly foundScores: readonly number[];
  /** Higher is better; comparable within one answer only. */
  readonly score: number;
  /** The latest of all windows in time: where facts differ, it is the one that holds. */
  readonly isNewest: boolean;
};

export interface Recall {
  /**
   * The best windows in order of time, oldest first; none when nothing fits. Messages that are committed when it is
   * called are found. Rejects with `store-lost` or `store-busy` as the ledger does, and when `signal` is aborted.
   */
  search(question: RecallQuestion, signal: AbortSignal): Promise<readonly RecallWindow[]>;
}
