import { foldText } from "../lib/fold-text.ts";
import { triplesIn } from "../lib/index-words.ts";
import type { PieceHit, RecallFilter, RecallIndex } from "../protocol/recall-index.ts";
import { textOf } from "../protocol/message.ts";
import { isOneSlip } from "./is-one-slip.ts";

export type Piece = PieceHit & {
  /** It begins a word there, is part of one, or is one with a slip of the pen. */
  readonly kind: "beginning" | "part" | "typo";
  /** Also its capitals are the same. */
  readonly isExact: boolean;
};

const candidates = 300;
const shortestTypo = 7; // a slip in a shorter word leaves no three letters in a row that would find it
const longestTypo = 40;

/** Messages that have `word` somewhere within a word; when there are none, those that have it with one slip. */
export function findPieces(word: string, index: RecallIndex, filter: RecallFilter): readonly Piece[] {
  const folded = foldText(word);
  const triples = triplesIn(folded);
  if (triples.length === 0) return [];
  const parts = index.pieces([triples], filter, candidates).flatMap((hit): readonly Piece[] => {
    const text = textOf(hit.message.message);
    const foldedText = foldText(text);
    if (!foldedText.includes(folded)) return [];
    return [{ ...hit, kind: beginsWord(foldedText, folded) ? "beginning" : "part", isExact: text.includes(word) }];
  });
  if (parts.length > 0 || folded.length < shortestTypo || folded.length > longestTypo) return parts;
  return index
    .pieces(survivors(folded), filter, candidates)
    .filter(({ message }) => hasNearly(foldText(textOf(message.message)), folded))
    .map((hit): Piece => ({ ...hit, kind: "typo", isExact: false }));
}

function beginsWord(text: string, beginning: string): boolean {
  for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return true;
  }
  return false;
}

/** For each place where two letters may be swapped, one changed, left out or too many: the fragments that stay whole. */
function survivors(word: string): readonly (readonly string[])[] {
  const groups = Array.from({ length: word.length - 1 }, (_, slip) => [
    ...triplesIn(word.slice(0, slip)),
    ...triplesIn(word.slice(slip + 2)),
  ]);
  return groups.filter((group) => group.length > 0);
}

function hasNearly(text: string, word: string): boolean {
  const isNear = (found: string): boolean => isOneSlip(found, word);
  const whole = text.split(/[^\p{L}\p{N}_./-]+/u).map((found) => found.replace(/^[._/-]+|[._/-]+$/g, ""));
  return whole.some((found) => isNear(found) || found.split(/[_./-]/).some(isNear));
}
