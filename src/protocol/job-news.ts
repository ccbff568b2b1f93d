/** Sentences about background jobs that somebody wanted to be told of. Each is news once, also over restarts. */
export interface JobNews {
  /** What happened since the last look, for the person. */
  look(): Promise<readonly string[]>;
  /** What the model was not told yet; `done` is called when it stands in the ledger. */
  take(): Promise<{ readonly texts: readonly string[]; readonly done: () => Promise<void> }>;
}
