type Scored = { readonly sessionId: string; readonly score: number };

const countedPerSession = 10;

/** Each session's score: its best document, half of its second, a third of its third, and so on. */
export function sessionScores(documents: readonly Scored[]): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  const places = new Map<string, number>();
  for (const { sessionId, score } of documents.toSorted((left, right) => right.score - left.score)) {
    const place = (places.get(sessionId) ?? 0) + 1;
    places.set(sessionId, place);
    if (place <= countedPerSession) scores.set(sessionId, (scores.get(sessionId) ?? 0) + score / place);
  }
  return scores;
}
