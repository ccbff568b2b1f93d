import { editDistance } from "../lib/edit-distance.ts";
import { foldText } from "../lib/fold-text.ts";
import type { PieceHit, RecallFilter, RecallIndex } from "../protocol/recall-index.ts";
import { textOf } from "../protocol/message.ts";

export type Piece = PieceHit & {
  /** It is part of a word there, or it is that word with one slip of the pen. */
  readonly kind: "part" | "typo";
};

const candidates = 300;
const fragmentLength = 3;
const shortestTypo = 7; // a slip in a shorter word leaves no three letters in a row that would find it
const longestTypo = 40;

/** Messages that have `word` somewhere within a word; when there are none, those that have it with one slip. */
export function findPieces(word: string, index: RecallIndex, filter: RecallFilter): readonly Piece[] {
  const folded = foldText(word);
  if (Array.from(folded).length < fragmentLength) return [];
  const parts = index
    .pieces([fragmentsOf(folded)], filter, candidates)
    .filter(({ message }) => foldText(textOf(message.message)).includes(folded))
    .map((hit): Piece => ({ ...hit, kind: "part" }));
  if (parts.length > 0 || folded.length < shortestTypo || folded.length > longestTypo) return parts;
  return index
    .pieces(survivors(folded), filter, candidates)
    .filter(({ message }) => hasNearly(foldText(textOf(message.message)), folded))
    .map((hit): Piece => ({ ...hit, kind: "typo" }));
}

function fragmentsOf(text: string): readonly string[] {
  const letters = Array.from(text);
  const all = letters
    .slice(fragmentLength - 1)
    .map((_, index) => letters.slice(index, index + fragmentLength).join(""));
  return [...new Set(all)];
}

/** For each place where two letters may be swapped, one changed, left out or too many: the fragments that stay whole. */
function survivors(word: string): readonly (readonly string[])[] {
  const groups = Array.from({ length: word.length - 1 }, (_, slip) => [
    ...fragmentsOf(word.slice(0, slip)),
    ...fragmentsOf(word.slice(slip + 2)),
  ]);
  return groups.filter((group) => group.length > 0);
}

function hasNearly(text: string, word: string): boolean {
  const isNear = (found: string): boolean =>
    Math.abs(found.length - word.length) <= 1 && editDistance(found, word) <= 1;
  const whole = text.split(/[^\p{L}\p{N}_./-]+/u).map((found) => found.replace(/^[._/-]+|[._/-]+$/g, ""));
  return whole.some((found) => isNear(found) || found.split(/[_./-]/).some(isNear));
}
