import { setImmediate as nextTurn } from "node:timers/promises";
import type { Checkpoint } from "../../protocol/checkpoint.ts";
import type { SnapshotStore } from "./snapshot-store.ts";

const keptCheckpoints = 50;
const keptDays = 30;
/** What is younger may belong to a checkpoint that is just being made. */
const untouchableMs = 60 * 60_000;
const dayMs = 24 * 60 * 60_000;
const smallestLiveShare = 0.5;

export type PruneOptions = {
  /** Of this root, newest first. */
  readonly rows: readonly Checkpoint[];
  readonly maxBytes: number;
  readonly now: number;
  readonly newId: () => string;
};

/** Whether it is time to look for what is not needed any more. */
export function isPruneDue(store: SnapshotStore, maxBytes: number, now: number): boolean {
  const snapshots = store.list();
  const oldest = snapshots.at(-1)?.writtenMs ?? now;
  return snapshots.length > 3 * keptCheckpoints || now - oldest > (keptDays + 1) * dayMs || store.bytes() > maxBytes;
}

/**
 * Removes old snapshots by number, age and size, and contents that nothing needs any more. Never the newest checkpoint
 * of a session, and nothing that was written within the last hour.
 */
export async function pruneSnapshots(store: SnapshotStore, options: PruneOptions): Promise<void> {
  store.contents.removeUnfinished(options.now - untouchableMs);
  const rows = [...options.rows];
  let count = Math.min(rows.length, keptCheckpoints);
  await removeOthers(store, neededIds(rows, count, options.now), options);
  while (store.bytes() > options.maxBytes && count > 0) {
    count = Math.floor(count / 2);
    await removeOthers(store, neededIds(rows, count, options.now), options);
  }
}

function neededIds(rows: readonly Checkpoint[], count: number, now: number): ReadonlySet<string> {
  const newestOf = new Map<string, Checkpoint>();
  for (const row of rows.toReversed()) newestOf.set(row.sessionId, row);
  const recent = rows.slice(0, count).filter(({ at }) => now - at < keptDays * dayMs);
  return new Set([...recent, ...newestOf.values()].flatMap(({ before, after }) => [before, after ?? before]));
}

async function removeOthers(store: SnapshotStore, needed: ReadonlySet<string>, options: PruneOptions): Promise<void> {
  const live = new Set<string>();
  for (const [index, { id, writtenMs }] of store.list().entries()) {
    // the newest is what the next checkpoint is compared with
    if (!needed.has(id) && index > 0 && writtenMs < options.now - untouchableMs) {
      store.remove(id);
      continue;
    }
    for (const { hash } of store.read(id)?.entries.values() ?? []) if (hash !== undefined) live.add(hash);
    await nextTurn();
  }
  await removeContents(store, live, options);
}

async function removeContents(
  store: SnapshotStore,
  live: ReadonlySet<string>,
  { now, newId }: PruneOptions,
): Promise<void> {
  const { contents } = store;
  for (const [name, hashes] of contents.packs()) {
    if (contents.modifiedMsOf(name) > now - untouchableMs) continue;
    const alive = hashes.filter((hash) => live.has(hash));
    if (alive.length === hashes.length || (alive.length > 0 && alive.length / hashes.length > smallestLiveShare))
      continue;
    if (alive.length > 0) contents.moveTo(newId(), name, alive);
    contents.remove(name);
    await nextTurn();
  }
}
