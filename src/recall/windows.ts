import type { StoredMessage } from "../protocol/message.ts";
import type { RecallIndex } from "../protocol/recall-index.ts";
import type { RecallWindow } from "../protocol/recall.ts";

export type FoundMessage = { readonly message: StoredMessage; readonly score: number };

const around = 2; // messages shown before and after one that was found

type Span = { readonly sessionId: string; first: number; last: number; readonly found: FoundMessage[] };

/** The best `limit` passages, in order of time. What is found within a passage, or at its edge, joins it. `found` is best first. */
export function windowsOf(found: Iterable<FoundMessage>, index: RecallIndex, limit: number): readonly RecallWindow[] {
  const spans: Span[] = [];
  for (const { message, score } of found) {
    const { sessionId, seq } = message;
    const near = spans.find(
      (span) => span.sessionId === sessionId && seq >= span.first - around && seq <= span.last + around,
    );
    if (near !== undefined) widen(near, { message, score });
    else if (spans.length === limit) break;
    else spans.push({ sessionId, first: Math.max(1, seq - around), last: seq + around, found: [{ message, score }] });
  }
  const windows = spans.flatMap((span) => windowOf(span, index));
  const inTime = windows.toSorted((left, right) => timeOf(left) - timeOf(right));
  return inTime.map((window, place) => ({ ...window, isNewest: place === inTime.length - 1 }));
}

function widen(span: Span, found: FoundMessage): void {
  const { seq } = found.message;
  span.first = Math.max(1, Math.min(span.first, seq - around));
  span.last = Math.max(span.last, seq + around);
  span.found.push(found);
}

function windowOf({ sessionId, first, last, found }: Span, index: RecallIndex): readonly RecallWindow[] {
  const session = index.session(sessionId);
  if (session === undefined) return [];
  const foundScores = found.map(({ score }) => score);
  return [
    {
      session,
      messages: index.span(sessionId, first, last),
      found: found.map(({ message }) => message.seq),
      foundScores,
      score: Math.max(...foundScores),
      isNewest: false,
    },
  ];
}

/** When the newest of what was found was said. */
function timeOf({ messages, found }: RecallWindow): number {
  return Math.max(0, ...messages.filter(({ seq }) => found.includes(seq)).map(({ at }) => at));
}
