import { isUntouched, type Snapshot, type SnapshotEntry } from "./snapshot.ts";

export type Change = {
  readonly path: string;
  readonly before: SnapshotEntry | undefined;
  readonly after: SnapshotEntry | undefined;
};

/** Whether two contents mean the same at this path, told by their hashes. */
export type SameContent = (path: string, one: string, other: string) => boolean;

/** What differs between two snapshots, in the order of paths; times alone are no difference. */
export function compareSnapshots(before: Snapshot, after: Snapshot, sameContent: SameContent): readonly Change[] {
  const paths = new Set([...before.entries.keys(), ...after.entries.keys()]);
  const changes: Change[] = [];
  for (const path of paths) {
    const change = { path, before: before.entries.get(path), after: after.entries.get(path) };
    if (!isSameState(path, [change.before, change.after], sameContent) && !isLeftOut(change, [before, after])) {
      changes.push(change);
    }
  }
  return changes.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

export function isSameState(
  path: string,
  [one, other]: readonly [SnapshotEntry | undefined, SnapshotEntry | undefined],
  sameContent: SameContent,
): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.kind !== other.kind) return false;
  switch (one.kind) {
    case "other":
      return true;
    case "link":
      return one.target === other.target;
    case "folder":
      return one.mode === other.mode;
    case "file":
      return one.mode === other.mode && isSameFile(path, [one, other], sameContent);
  }
}

function isSameFile(
  path: string,
  [one, other]: readonly [SnapshotEntry, SnapshotEntry],
  sameContent: SameContent,
): boolean {
  if (one.hash === undefined || other.hash === undefined) return isUntouched(one, other);
  return one.hash === other.hash || sameContent(path, one.hash, other.hash);
}

/** A folder that became a cache of a tool is not gone, it is only not listed any more. */
function isLeftOut({ path, before, after }: Change, snapshots: readonly [Snapshot, Snapshot]): boolean {
  if (before !== undefined && after !== undefined) return false;
  return snapshots.some(({ leftOut }) =>
    leftOut.some((out) => out.why !== "too-large" && out.why !== "too-much" && isAtOrBelow(path, out.path)),
  );
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
