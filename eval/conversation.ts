/** One home's worth of talk with questions about it, whatever format it came in. */
export type Conversation = {
  readonly benchmark: "LoCoMo" | "BEAM" | "LongMemEval";
  /** Unique within the data. */
  readonly id: string;
  /** In order of time. */
  readonly sessions: readonly TalkSession[];
  readonly questions: readonly Question[];
};

export type TalkSession = {
  readonly id: string;
  /** ms since the epoch */
  readonly startedAt: number;
  readonly kind: "between-people" | "with-agent";
  readonly turns: readonly Turn[];
};

export type Turn = {
  /** Unique within the conversation. */
  readonly id: string;
  /** The person's name between people, else who of the two it was. */
  readonly speaker: string;
  readonly text: string;
};

export type Question = {
  readonly id: string;
  readonly text: string;
  readonly category: string;
  /** Ids of the turns that hold the answer. */
  readonly turns: ReadonlySet<string>;
  readonly sessions: ReadonlySet<string>;
  /** Where two statements stand against each other: the earlier and the later one. */
  readonly sides?: { readonly first: ReadonlySet<string>; readonly second: ReadonlySet<string> };
};
