import type { StoredMessage } from "../protocol/message.ts";
import { textOf } from "../protocol/message.ts";
import type { RecallFilter, RecallIndex } from "../protocol/recall-index.ts";
import type { RecallQuestion, RecallWindow } from "../protocol/recall.ts";
import { findPieces, type Piece } from "./find-pieces.ts";
import { type RankedPassage, rankDocuments } from "./rank-documents.ts";
import { type AskedQuestion, readQuestion } from "./read-question.ts";
import { foldText } from "../lib/fold-text.ts";
import { wordsPresent } from "./text-clues.ts";
import { boosts } from "./weights.ts";
import { type FoundMessage, windowsOf } from "./windows.ts";

const looselyFound = 50; // documents whose messages are read one by one when names are asked for

/** What `Recall.search` answers, from an index that is up to date. `now` is ms since the epoch. */
export function searchPast(question: RecallQuestion, index: RecallIndex, now: number): readonly RecallWindow[] {
  const wordings = [question.text, question.alternative ?? ""].filter((text) => text.trim() !== "");
  const best = new Map<string, FoundMessage>();
  for (const wording of wordings) {
    for (const found of findMessages(readQuestion(wording, now), index, question)) {
      const known = best.get(found.message.id);
      if (known === undefined || known.score < found.score) best.set(found.message.id, found);
    }
  }
  const found = [...best.values()].toSorted((left, right) => right.score - left.score);
  return windowsOf(found, index, question.limit);
}

function findMessages(asked: AskedQuestion, index: RecallIndex, question: RecallQuestion): readonly FoundMessage[] {
  const passages = rankDocuments(asked, index, question);
  const found = passages
    .slice(0, Math.max(looselyFound, question.limit * 2))
    .map((passage, place) => messageOf(passage, asked, { index, isLoose: asked.isName && place < looselyFound }));
  const scores = new Map(passages.map(({ document, score }) => [document.number, score]));
  const pieces = piecesOf(asked, { index, filter: question, found: passages.length, limit: question.limit });
  const boost = asked.isName ? boosts.wholePiece : boosts.piece;
  const better = pieces.map(({ document, message, kind }) => ({
    message,
    score: (scores.get(document) ?? 0) + boost[kind],
  }));
  return [...found, ...better];
}

type Reading = { readonly index: RecallIndex; readonly isLoose: boolean };

/** The one message of the document that answers: its person's words, unless the question is met elsewhere in it. */
function messageOf(
  { document, score }: RankedPassage,
  asked: AskedQuestion,
  { index, isLoose }: Reading,
): FoundMessage {
  const messages = index.messagesOf(document.number);
  const [head] = messages;
  if (head === undefined) throw new RangeError(`document ${document.number} has no message`);
  const literal = isLoose ? bestLiteral(messages, asked.literals) : undefined;
  if (literal !== undefined) return { message: literal.message, score: score + literal.boost };
  if (asked.isAboutAgent) return { message: messages.findLast(isAnswer) ?? head, score };
  if (wordsPresent(document.text, asked.terms).size > 0) return { message: head, score };
  return { message: mostWords(messages, asked) ?? head, score };
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

type Search = {
  readonly index: RecallIndex;
  readonly filter: RecallFilter;
  readonly found: number;
  readonly limit: number;
};

/** Words that nobody wrote so may be the beginning of one, a part of it, or misspelt. */
function piecesOf(asked: AskedQuestion, { index, filter, found, limit }: Search): readonly Piece[] {
  const isLittle = asked.terms.length <= 1 && found < limit;
  const literals = asked.literals.filter((literal) => isLittle || isUnknown(literal, index));
  const words = asked.terms.filter((term) => index.occurrence(term).documents === 0);
  const wanted = new Set([...literals, ...words].map(foldText));
  return [...wanted].flatMap((word) => findPieces(word, index, filter));
}

function isUnknown(literal: string, index: RecallIndex): boolean {
  const phrase = (foldText(literal).match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).join(" ");
  return index.occurrence(phrase).documents === 0;
}
