import { setImmediate as nextTurn } from "node:timers/promises";
import type { LeftOut, TreeEntry, WorkspaceTree } from "../../protocol/checkpoint.ts";
import type { SnapshotStore } from "./snapshot-store.ts";
import { isUntouched, type Snapshot, type SnapshotEntry } from "./snapshot.ts";

export type SnapshotLimits = {
  readonly maxEntries: number;
  readonly maxFileBytes: number;
  /** Contents that were not kept before, in one snapshot. */
  readonly maxNewBytes: number;
  readonly maxMs: number;
};

export const usualLimits: SnapshotLimits = {
  maxEntries: 50_000,
  maxFileBytes: 128 * 1024 * 1024,
  maxNewBytes: 1024 * 1024 * 1024,
  maxMs: 20_000,
};

/** A file that changed so shortly before it was listed may change again without a trace in its times. */
const racyMs = 100;

export type SnapshotRequest = {
  readonly tree: WorkspaceTree;
  readonly store: SnapshotStore;
  /** What is known of the same root; its unchanged files are not read again. */
  readonly previous: Snapshot | undefined;
  readonly limits: SnapshotLimits;
  readonly newId: () => string;
  /** Absent: the whole tree. */
  readonly paths?: readonly string[];
};

/**
 * Keeps the tree as it is: one listing, and the contents that were not kept yet. `undefined` when there are too many
 * names. When nothing changed since `previous`, that is returned with a new date, and nothing is written.
 */
export async function takeSnapshot(request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot | undefined> {
  const { tree, store, previous, limits, paths } = request;
  const at = Date.now();
  const startedAt = performance.now();
  const listing = await tree.list({ maxEntries: limits.maxEntries, ...(paths === undefined ? {} : { paths }) }, signal);
  if (!listing.isWhole) return undefined;
  const entries = new Map<string, SnapshotEntry>(listing.entries);
  const wanted: (readonly [path: string, entry: TreeEntry])[] = [];
  for (const [path, entry] of listing.entries) {
    const known = knownEntry(path, entry, previous);
    if (known === undefined) wanted.push([path, entry]);
    else entries.set(path, known);
  }
  const chosen = chooseFiles(wanted, limits);
  const late = await keepContents(chosen.paths, { ...request, entries, deadline: startedAt + limits.maxMs }, signal);
  const leftOut = [...listing.leftOut, ...chosen.leftOut, ...late];
  if (previous !== undefined && isSame(previous, entries, { leftOut, paths })) return { ...previous, at };
  const snapshot = { id: request.newId(), at, entries, leftOut, ...(paths === undefined ? {} : { paths }) };
  store.write(snapshot);
  return snapshot;
}

/** The entry with the hash that is known of it; `undefined` when its content must be looked at. */
function knownEntry(path: string, entry: TreeEntry, previous: Snapshot | undefined): SnapshotEntry | undefined {
  if (entry.kind !== "file") return entry;
  const before = previous?.entries.get(path);
  if (previous === undefined || before === undefined || before.hash === undefined) return undefined;
  const isSettled = before.changedMs < previous.at - racyMs;
  return isSettled && isUntouched(before, entry) ? before : undefined;
}

type Choice = { readonly paths: readonly string[]; readonly leftOut: readonly LeftOut[] };

/** When there is too much, the small ones first: so that as many files as possible are protected. */
function chooseFiles(wanted: readonly (readonly [string, TreeEntry])[], limits: SnapshotLimits): Choice {
  const paths: string[] = [];
  const leftOut: LeftOut[] = [];
  let bytes = wanted.reduce((sum, [, { size }]) => sum + size, 0);
  const ordered = bytes <= limits.maxNewBytes ? wanted : wanted.toSorted(([, one], [, other]) => one.size - other.size);
  bytes = 0;
  for (const [path, { size }] of ordered) {
    const why = size > limits.maxFileBytes ? "too-large" : bytes + size > limits.maxNewBytes ? "too-much" : undefined;
    if (why !== undefined) leftOut.push({ path, why });
    else {
      paths.push(path);
      bytes += size;
    }
  }
  return { paths, leftOut };
}

type Keeping = Pick<SnapshotRequest, "tree" | "store" | "newId"> & {
  readonly entries: Map<string, SnapshotEntry>;
  readonly deadline: number;
};

/** Returns what it could not keep. */
async function keepContents(
  paths: readonly string[],
  { tree, store, newId, entries, deadline }: Keeping,
  signal: AbortSignal,
): Promise<readonly LeftOut[]> {
  if (paths.length === 0) return [];
  const writer = store.contents.writer(newId());
  const missing = new Set(paths);
  let isLate = false;
  try {
    for await (const { path, entry, bytes } of tree.read(paths, signal)) {
      entries.set(path, { ...entry, hash: writer.add(bytes) });
      missing.delete(path);
      isLate = performance.now() > deadline;
      if (isLate) break;
    }
    writer.commit();
  } catch (error) {
    writer.abandon();
    throw error;
  }
  store.contents.refresh();
  await nextTurn();
  return [...missing].map((path) => ({ path, why: isLate ? "too-much" : "unreadable" }));
}

type Rest = { readonly leftOut: readonly LeftOut[]; readonly paths: readonly string[] | undefined };

function isSame(previous: Snapshot, entries: ReadonlyMap<string, SnapshotEntry>, { leftOut, paths }: Rest): boolean {
  if (paths !== undefined || previous.paths !== undefined || previous.entries.size !== entries.size) return false;
  for (const [path, entry] of entries) {
    const before = previous.entries.get(path);
    if (before === undefined || before.hash !== entry.hash || !isUntouched(before, entry)) return false;
  }
  return JSON.stringify(previous.leftOut) === JSON.stringify(leftOut);
}
