import type { Occurrence, RecallDocument, RecallFilter, RecallIndex } from "../protocol/recall-index.ts";
import { nearnessTo } from "./dates-in-question.ts";
import type { AskedQuestion } from "./read-question.ts";
import { sessionScores } from "./session-scores.ts";
import { tellsTime, wordsPresent } from "./text-clues.ts";
import { boosts, columnWeights } from "./weights.ts";

export type RankedPassage = { readonly document: RecallDocument; readonly score: number };

const candidates = 300; // documents that are looked at more closely
const newestCommon = 100;
const shortText = 60; // characters
/** Documents that may be scored for one question: what keeps a large home fast. */
const scoredAtMost = 10_000;

type Term = Occurrence & { readonly text: string };

/** The documents that fit the question's words, best first. */
export function rankDocuments(
  asked: AskedQuestion,
  index: RecallIndex,
  filter: RecallFilter,
): readonly RankedPassage[] {
  const known = asked.terms
    .map((text): Term => ({ text, ...index.occurrence(text) }))
    .filter(({ documents }) => documents > 0)
    .toSorted((left, right) => left.documents - right.documents);
  const rare = affordable(known);
  const common = known.slice(rare.length);
  const scores = new Map<number, number>();
  for (const { number, score } of ranked(rare, index, filter)) scores.set(number, score);
  for (const number of newestOf(common, { index, filter, isAlone: rare.length === 0 })) {
    if (!scores.has(number)) scores.set(number, 0);
  }
  addPhrases(scores, asked, { index, filter });
  const documents = index.documents([...scores.keys()]);
  const size = index.size();
  const scored = documents.map((document) => ({
    document,
    sessionId: document.sessionId,
    score: (scores.get(document.number) ?? 0) + commonScore(document, common, size),
  }));
  return withBoosts(scored, asked);
}

/** The rarest terms, as many as can be scored in time. */
function affordable(terms: readonly Term[]): readonly Term[] {
  let left = scoredAtMost;
  const end = terms.findIndex(({ documents }) => (left -= documents) < 0);
  return end < 0 ? terms : terms.slice(0, end);
}

function ranked(terms: readonly Term[], index: RecallIndex, filter: RecallFilter) {
  return index.rank(
    terms.map(({ text }) => text),
    { filter, weights: columnWeights, limit: candidates },
  );
}

type Place = { readonly index: RecallIndex; readonly filter: RecallFilter };

function newestOf(common: readonly Term[], { index, filter, isAlone }: Place & { readonly isAlone: boolean }) {
  const texts = common.map(({ text }) => text);
  const together = index.newest(texts, filter, newestCommon);
  if (!isAlone || together.length >= newestCommon) return together;
  return [...together, ...texts.flatMap((text) => index.newest([text], filter, newestCommon))];
}

/** What is meant as it stands is asked for by itself: it comes first, however common its words are. */
function addPhrases(scores: Map<number, number>, asked: AskedQuestion, { index, filter }: Place): void {
  const boost = asked.isName ? boosts.wholePhrase : boosts.phrase;
  for (const phrase of asked.phrases) {
    const { documents, isRare } = index.occurrence(phrase);
    if (documents === 0) continue;
    const found = isRare
      ? index.rank([phrase], { filter, weights: columnWeights, limit: candidates })
      : index.newest([phrase], filter, candidates).map((number) => ({ number, score: 0 }));
    for (const { number, score } of found) scores.set(number, (scores.get(number) ?? 0) + score + boost);
  }
}

/** Terms that are too common to be scored by the index count by being there. */
function commonScore(document: RecallDocument, common: readonly Term[], size: number): number {
  if (common.length === 0) return 0;
  const present = wordsPresent(
    document.text,
    common.map(({ text }) => text),
  );
  const worth = ({ documents }: Term): number => Math.max(0.1, Math.log((size - documents + 0.5) / (documents + 0.5)));
  return common.reduce((sum, term) => sum + (present.has(term.text) ? worth(term) : 0), 0);
}

type Scored = RankedPassage & { readonly sessionId: string };

function withBoosts(scored: readonly Scored[], asked: AskedQuestion): readonly RankedPassage[] {
  const sessions = sessionScores(scored);
  const author = authorAsked(scored, asked);
  return scored
    .map(({ document, score }) => ({
      document,
      score: score + boosts.session * (sessions.get(document.sessionId) ?? 0) + cluesOf(document, asked, author),
    }))
    .toSorted((left, right) => right.score - left.score || right.document.number - left.document.number);
}

/** The one author whom the question names; nobody when it names several. */
function authorAsked(scored: readonly Scored[], asked: AskedQuestion): string | undefined {
  const authors = new Set(scored.flatMap(({ document }) => document.author ?? []));
  const named = [...authors].filter((author) =>
    author
      .toLowerCase()
      .split(/\s+/)
      .some((name) => asked.words.has(name)),
  );
  return named.length === 1 ? named[0] : undefined;
}

function cluesOf(document: RecallDocument, asked: AskedQuestion, author: string | undefined): number {
  const isAuthor = author !== undefined && document.author === author;
  return (
    (isAuthor ? boosts.author : 0) +
    (asked.isAboutTime && tellsTime(document.text) ? boosts.timeWords : 0) +
    boosts.date * nearnessTo(asked.dates, document.at) -
    (document.text.length < shortText ? boosts.short : 0)
  );
}
