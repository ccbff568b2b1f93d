import type { Occurrence, RecallIndex } from "../protocol/recall-index.ts";

/** The same index, which counts each phrase once: for one question, while nothing changes. */
export function rememberOccurrences(index: RecallIndex): RecallIndex {
  const known = new Map<string, Occurrence>();
  return {
    size: () => index.size(),
    occurrence(phrase) {
      const occurrence = known.get(phrase) ?? index.occurrence(phrase);
      known.set(phrase, occurrence);
      return occurrence;
    },
    rank: (phrases, options) => index.rank(phrases, options),
    newest: (phrases, filter, limit) => index.newest(phrases, filter, limit),
    pieces: (groups, filter, limit) => index.pieces(groups, filter, limit),
    documents: (numbers) => index.documents(numbers),
    messagesOf: (number) => index.messagesOf(number),
    span: (sessionId, first, last) => index.span(sessionId, first, last),
    session: (id) => index.session(id),
  };
}
