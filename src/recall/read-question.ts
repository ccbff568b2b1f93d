import { foldText } from "../lib/fold-text.ts";
import { namePieces, pairsOf, splitByScript } from "../lib/index-words.ts";
import { datesIn, type DateWindow } from "./dates-in-question.ts";
import { stopWords } from "./stop-words.ts";

export type AskedQuestion = {
  /** Folded words that tell what is looked for, each once. */
  readonly terms: readonly string[];
  /** Every word, for the names of people among them. */
  readonly words: ReadonlySet<string>;
  /** Rows of words that are meant as they stand: what holds them comes first. */
  readonly phrases: readonly string[];
  /** It is so short that it names what is looked for instead of asking about it. */
  readonly isName: boolean;
  /** Names of code, paths and numbers as they were written, and single words: what may be part of a longer one. */
  readonly literals: readonly string[];
  readonly isAboutTime: boolean;
  /** What the agent said is looked for, not what it was told. */
  readonly isAboutAgent: boolean;
  readonly dates: readonly DateWindow[];
};

const mostTerms = 32;
const longestPhrase = 4; // words; a longer question is no name of anything
const word = /[\p{L}\p{N}\p{M}\p{Co}]+(?:'\p{L}+)?/gu;
const codeLike = /[_/\\.:#@]|\p{Ll}\p{Lu}|\p{L}-?\p{N}/u;
const longestName = 100;
const longestQuestion = 4000; // characters that are read
const aboutTime = /^\s*(?:when\b|since when|how long|(?:on )?(?:what|which) (?:date|day|week|month|year|time)\b)/i;
const aboutAgent =
  /\b(?:you|the assistant|the agent) (?:\w+ )?(?:recommend|suggest|sa(?:y|id)|t(?:ell|old)|mention|advise|propose|provide|explain|g(?:i|a)ve|write|wrote|answer)|\b(?:your|the assistant's|the agent's) (?:advice|suggestion|recommendation|answer|explanation|plan)\b/i;

/** What a question says, without looking anything up. `now` (ms) is what "yesterday" is reckoned from. */
export function readQuestion(text: string, now: number): AskedQuestion {
  const { runs, rest } = splitByScript(text.slice(0, longestQuestion).normalize("NFC").replaceAll("\u2019", "'"));
  const all = (rest.match(word) ?? []).map((found) => foldText(found).replace(/'s$/, ""));
  const month = /(?<!^)\bMay\b/.test(rest) ? ["may"] : []; // the month, which else is a word without meaning
  const telling = [...all.filter((found) => !stopWords.has(found)), ...month];
  const latin = (telling.length > 0 || runs.length > 0 ? telling : all).map((found) => found.replaceAll("'", " "));
  const literals = literalsIn(rest, latin);
  const terms = [...latin, ...literals.flatMap(piecesOf), ...runs.flatMap(termsOfRun)];
  return {
    terms: [...new Set(terms)].slice(0, mostTerms),
    words: new Set(all),
    phrases: phrasesIn(all, { literals, runs }),
    isName: all.length <= longestPhrase && !aboutTime.test(text),
    literals,
    isAboutTime: aboutTime.test(text),
    isAboutAgent: aboutAgent.test(text),
    dates: datesIn(text, now),
  };
}

function literalsIn(text: string, words: readonly string[]): readonly string[] {
  const bare = text
    .split(/\s+/)
    .map((name) => name.slice(0, longestName).replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""));
  const names = bare.filter((name) => codeLike.test(name) && /\p{L}/u.test(name));
  const single = words.length === 1 ? words : [];
  return [...new Set([...names, ...(names.length === 0 ? single : [])])].filter((name) => name.length > 1);
}

function piecesOf(literal: string): readonly string[] {
  const words = literal.match(word) ?? [];
  return words.flatMap((found) => [foldText(found), ...namePieces(found)]).filter((piece) => piece.length > 1);
}

function termsOfRun(run: string): readonly string[] {
  const pairs = pairsOf(run);
  return pairs.length > 0 ? pairs : [run];
}

type Parts = { readonly literals: readonly string[]; readonly runs: readonly string[] };

function phrasesIn(words: readonly string[], { literals, runs }: Parts): readonly string[] {
  const names = literals.map((literal) => (literal.match(word) ?? []).map(foldText).join(" "));
  const short = words.length > 1 && words.length <= longestPhrase ? [words.join(" ").replaceAll("'", " ")] : [];
  const rows = runs.map((run) => pairsOf(run).join(" "));
  return [...new Set([...names, ...short, ...rows])].filter((phrase) => phrase !== "");
}
