export type Question = {
  readonly question: string;
  /** Empty: a free answer. */
  readonly choices: readonly string[];
  readonly isMultiSelect: boolean;
  /** A password: it is not shown while it is typed, and is stored nowhere. */
  readonly isSecret?: boolean;
};

/** Somebody who can be asked. `answers` has one entry for each question, in order. */
export interface Asker {
  /** Ends with `cancelled` when the signal aborts. */
  ask(questions: readonly Question[], signal: AbortSignal): Promise<AskOutcome>;
}

export type AskOutcome =
  | { readonly status: "answered"; readonly answers: readonly string[] }
  | { readonly status: "cancelled" | "timed-out" };
