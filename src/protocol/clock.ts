/** Where time comes from, so that a test can say what day it is. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `delayMs`; rejects with `signal.reason` as soon as the signal aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Returns a new identifier: sortable by time of making, unique across processes, `[0-9a-z]` only. */
export type NewId = () => string;
