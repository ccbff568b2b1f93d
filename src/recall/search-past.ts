import { foldText } from "../lib/fold-text.ts";
import type { StoredMessage } from "../protocol/message.ts";
import { textOf } from "../protocol/message.ts";
import type { RecallFilter, RecallIndex } from "../protocol/recall-index.ts";
import type { RecallQuestion, RecallWindow } from "../protocol/recall.ts";
import { findPieces, type Piece } from "./find-pieces.ts";
import { type RankedPassage, rankDocuments } from "./rank-documents.ts";
import { type AskedQuestion, readQuestion } from "./read-question.ts";
import { rememberOccurrences } from "./remember-occurrences.ts";
import { wordsPresent } from "./text-clues.ts";
import { boosts } from "./weights.ts";
import { type FoundMessage, windowsOf } from "./windows.ts";

const readForNames = 50; // documents whose messages are read one by one when a name is asked for

/** A document, or one message of it, and how to come to that message. */
type Find = { readonly score: number; readonly message: () => StoredMessage | undefined };

/** What `Recall.search` answers, from an index that is up to date. `now` is ms since the epoch. */
export function searchPast(question: RecallQuestion, index: RecallIndex, now: number): readonly RecallWindow[] {
  const wordings = [question.text, question.alternative ?? ""].filter((text) => text.trim() !== "");
  const known = rememberOccurrences(index);
  const finds = wordings.flatMap((wording) => findMessages(readQuestion(wording, now), known, question));
  const best = finds.toSorted((left, right) => right.score - left.score);
  return windowsOf(once(best), index, question.limit);
}

/** Messages are read only as far as somebody wants them. */
function* once(finds: readonly Find[]): Generator<FoundMessage> {
  const seen = new Set<string>();
  for (const { score, message: read } of finds) {
    const message = read();
    if (message === undefined || seen.has(message.id)) continue;
    seen.add(message.id);
    yield { message, score };
  }
}

function findMessages(asked: AskedQuestion, index: RecallIndex, question: RecallQuestion): readonly Find[] {
  const passages = rankDocuments(asked, index, question);
  const pieces = piecesOf(asked, { index, filter: question, isLittle: passages.length < question.limit });
  const scores = new Map(passages.map(({ document, score }) => [document.number, score]));
  const boost = asked.isName ? boosts.wholePiece : boosts.piece;
  return [
    ...passages.map((passage, place) => findOf(passage, asked, { index, isNear: place < readForNames })),
    ...pieces.map(({ document, message, kind, isExact }) => ({
      message: () => message,
      score: (scores.get(document) ?? 0) + boost[kind] + (isExact ? boosts.exactPiece : 0),
    })),
  ];
}

type Reading = { readonly index: RecallIndex; readonly isNear: boolean };

/** The one message of the document that answers: its person's words, unless the question is met elsewhere in it. */
function findOf({ document, score }: RankedPassage, asked: AskedQuestion, { index, isNear }: Reading): Find {
  if (asked.isName && isNear) {
    const literal = bestLiteral(index.messagesOf(document.number), asked.literals);
    if (literal !== undefined) return { message: () => literal.message, score: score + literal.boost };
  }
  return {
    score,
    message() {
      const messages = index.messagesOf(document.number);
      const [head] = messages;
      if (asked.isAboutAgent) return messages.findLast(isAnswer) ?? head;
      return wordsPresent(document.text, asked.terms).size > 0 ? head : (mostWords(messages, asked) ?? head);
    },
  };
}

function isAnswer({ message }: StoredMessage): boolean {
  return message.role === "assistant" && textOf(message) !== "";
}

function bestLiteral(messages: readonly StoredMessage[], literals: readonly string[]) {
  const exact = messages.find(({ message }) => literals.some((literal) => textOf(message).includes(literal)));
  if (exact !== undefined) return { message: exact, boost: boosts.literal };
  const folded = literals.map(foldText);
  const loose = messages.find(({ message }) => {
    const text = foldText(textOf(message));
    return folded.some((literal) => text.includes(literal));
  });
  return loose === undefined ? undefined : { message: loose, boost: boosts.literal / 2 };
}

function mostWords(messages: readonly StoredMessage[], { terms }: AskedQuestion): StoredMessage | undefined {
  const counted = messages.map((message) => ({ message, count: wordsPresent(textOf(message.message), terms).size }));
  return counted.toSorted((left, right) => right.count - left.count)[0]?.message;
}

type Search = { readonly index: RecallIndex; readonly filter: RecallFilter; readonly isLittle: boolean };

/** Words that nobody wrote so may be the beginning of one, a part of it, or misspelt. */
function piecesOf(asked: AskedQuestion, { index, filter, isLittle }: Search): readonly Piece[] {
  const isOneWord = asked.terms.length <= 1 && isLittle;
  const literals = asked.literals.filter((literal) => isOneWord || isUnknown(literal, index));
  const words = asked.terms.filter((term) => index.occurrence(term).documents === 0);
  const wanted = new Map([...words, ...literals].map((word) => [foldText(word), word]));
  return [...wanted.values()].flatMap((word) => findPieces(word, index, filter));
}

function isUnknown(literal: string, index: RecallIndex): boolean {
  const phrase = (foldText(literal).match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).join(" ");
  return index.occurrence(phrase).documents === 0;
}
