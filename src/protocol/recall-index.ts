import type { StoredMessage } from "./message.ts";
import type { RecallQuestion } from "./recall.ts";
import type { Session } from "./session.ts";

/** What holds in every query of one question. */
export type RecallFilter = Pick<
  RecallQuestion,
  "scope" | "from" | "to" | "surface" | "personId" | "isGeneratedIncluded"
>;

/**
 * `user` is what the document's person wrote, `assistant` and `tool` what came back, `before` and `after` what others
 * wrote around it in talk between people, `head` its date in words, `ids` names in their parts.
 */
export type RecallColumn = "user" | "assistant" | "tool" | "before" | "after" | "head" | "ids";

/** How often something occurs: exact while it is rare, an estimate from the newest documents when it is not. */
export type Occurrence = { readonly documents: number; readonly isRare: boolean };

export type RankedDocument = { readonly number: number; readonly score: number };

export type RankOptions = {
  readonly filter: RecallFilter;
  readonly weights: Readonly<Record<RecallColumn, number>>;
  readonly limit: number;
};

/** One message of a person; what was answered to it is part of the document. */
export type RecallDocument = {
  readonly number: number;
  readonly sessionId: string;
  readonly at: number;
  /** The name of who wrote it, where several people write. */
  readonly author: string | undefined;
  /** What that person wrote. */
  readonly text: string;
};

/** A message, and the document that it belongs to. */
export type PieceHit = { readonly document: number; readonly message: StoredMessage };

/**
 * The full-text index as ranking sees it. A phrase is words with spaces between; any of their forms is found. Every method
 * is a query that holds the filter in itself. Synchronous: whoever owns it does nothing else meanwhile.
 */
export interface RecallIndex {
  /** The highest number of a document. */
  size(): number;
  occurrence(phrase: string): Occurrence;
  /** The documents with any of the phrases, best first. Its cost grows with their occurrences. */
  rank(phrases: readonly string[], options: RankOptions): readonly RankedDocument[];
  /** The newest documents that have all of the phrases. */
  newest(phrases: readonly string[], filter: RecallFilter, limit: number): readonly number[];
  /** The newest messages whose folded words may have all triples of letters of one of the groups. */
  pieces(groups: readonly (readonly string[])[], filter: RecallFilter, limit: number): readonly PieceHit[];
  documents(numbers: readonly number[]): readonly RecallDocument[];
  /** The document's messages in `seq` order. */
  messagesOf(number: number): readonly StoredMessage[];
  /** The session's messages with `first` ≤ `seq` ≤ `last`, without turns that were taken back. */
  span(sessionId: string, first: number, last: number): readonly StoredMessage[];
  session(id: string): Session | undefined;
}
