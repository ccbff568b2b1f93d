import { foldText } from "../lib/fold-text.ts";

const timeWords =
  /\b(?:yesterday|today|tomorrow|tonight|last|next|ago|since|week(?:end)?s?|months?|years?|days?|morning|recently|just|birthday|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december|\d{4})\b/i;

/** Does the text say when something was? */
export function tellsTime(text: string): boolean {
  return timeWords.test(text);
}

const shortestStem = 3;

/** The word without its English ending: a beginning that its other forms share. */
function stemOf(word: string): string {
  const stem = word.replace(/(?:ing|edly|ed|ies|es|ly|s|e|y)$/, "");
  return stem.length >= shortestStem ? stem : word;
}

/** Which of the words, in whatever form, the text has. */
export function wordsPresent(text: string, words: readonly string[]): ReadonlySet<string> {
  const folded = ` ${foldText(text).replace(/[^\p{L}\p{N}]+/gu, " ")}`;
  return new Set(words.filter((word) => folded.includes(isUnspaced(word) ? word : ` ${stemOf(word)}`)));
}

function isUnspaced(word: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(word);
}
