import type { RecallColumn } from "../protocol/recall-index.ts";

/** What a word counts in each part of a document. */
export const columnWeights: Readonly<Record<RecallColumn, number>> = {
  user: 1,
  assistant: 0.1,
  tool: 0.05,
  before: 0.4,
  after: 0.2,
  head: 1,
  ids: 0.5,
};

/** What counts beside the words, in the unit of the words' own scores. */
export const boosts = {
  /** For each of the best documents of the session, less with its place. */
  session: 0.2,
  author: 3,
  timeWords: 2,
  date: 3,
  /** Taken off what is too short to tell anything. */
  short: 1,
  /** A name that stands there as it was asked. */
  phrase: 2,
  /** The same where nothing but the name is asked: more than single words ever reach. */
  wholePhrase: 40,
  literal: 20,
  /** A word that nobody wrote so is part of one that somebody wrote, or one slip away from it. */
  piece: { beginning: 4, part: 3, typo: 2 },
  wholePiece: { beginning: 60, part: 45, typo: 30 },
  /** A part of a word whose capitals are those asked for. */
  exactPiece: 3,
} as const;
