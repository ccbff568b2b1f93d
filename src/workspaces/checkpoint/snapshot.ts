import type { LeftOut, TreeEntry } from "../../protocol/checkpoint.ts";

/** `hash` of a file's content, which the store has; absent when it was left out. */
export type SnapshotEntry = TreeEntry & { readonly hash?: string };

/** A tree at one moment. */
export type Snapshot = {
  readonly id: string;
  /** When the listing began, ms since the epoch. */
  readonly at: number;
  readonly entries: ReadonlyMap<string, SnapshotEntry>;
  readonly leftOut: readonly LeftOut[];
  /** Absent: the whole tree; else only these paths and the folders above them. */
  readonly paths?: readonly string[];
};

/** The same name at another moment, untouched: content need not be looked at. */
export function isUntouched(before: TreeEntry, now: TreeEntry): boolean {
  return (
    before.kind === now.kind &&
    before.size === now.size &&
    before.modifiedMs === now.modifiedMs &&
    before.changedMs === now.changedMs &&
    before.inode === now.inode &&
    before.mode === now.mode &&
    before.target === now.target
  );
}
