import type { RecallWindow } from "../protocol/recall.ts";

const shortLength = 12; // its nine digits of time and three more: enough to find the session again

/** What the sessions of these windows are called in text, by id: the beginning of the id, the whole where two share it. */
export function shortIdsOf(windows: readonly RecallWindow[]): ReadonlyMap<string, string> {
  const ids = new Set(windows.map(({ session }) => session.id));
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id.slice(0, shortLength), (counts.get(id.slice(0, shortLength)) ?? 0) + 1);
  return new Map(
    [...ids].map((id) => [id, counts.get(id.slice(0, shortLength)) === 1 ? id.slice(0, shortLength) : id]),
  );
}
