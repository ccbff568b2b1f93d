import type { Recall, RecallWindow } from "../src/protocol/recall.ts";
import { sessionScores } from "../src/recall/session-scores.ts";
import type { Question } from "./conversation.ts";
import { groupAudience, ownAudience } from "./eval-home.ts";

/** What the product found for one question, best first, as ids of the data. */
export type Answer = {
  readonly turns: readonly string[];
  readonly sessions: readonly string[];
  readonly newestTurns: readonly string[];
  readonly milliseconds: number;
};

const windowsAsked = 100;

export async function askRecall(recall: Recall, question: Pick<Question, "text">): Promise<Answer> {
  const scope = { audiences: [ownAudience, groupAudience] };
  const startedAt = performance.now();
  const windows = await recall.search({ text: question.text, scope, limit: windowsAsked }, AbortSignal.timeout(60_000));
  const milliseconds = performance.now() - startedAt;
  const found = windows.flatMap(foundIn).toSorted((left, right) => right.score - left.score);
  const sessions = [...sessionScores(found)].toSorted(([, left], [, right]) => right - left);
  return {
    turns: found.map(({ id }) => id),
    sessions: sessions.map(([id]) => afterSlash(id)),
    newestTurns: windows.filter(({ isNewest }) => isNewest).flatMap((window) => foundIn(window).map(({ id }) => id)),
    milliseconds,
  };
}

type FoundTurn = { readonly id: string; readonly sessionId: string; readonly score: number };

function foundIn({ session, messages, found, foundScores }: RecallWindow): readonly FoundTurn[] {
  return found.flatMap((wanted, place) => {
    const message = messages.find(({ seq }) => seq === wanted);
    if (message === undefined) return [];
    return [{ id: afterSlash(message.id), sessionId: session.id, score: foundScores[place] ?? 0 }];
  });
}

function afterSlash(id: string): string {
  return id.slice(id.indexOf("/") + 1);
}
