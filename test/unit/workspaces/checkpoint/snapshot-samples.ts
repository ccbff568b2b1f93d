import type { Snapshot, SnapshotEntry } from "../../../../src/workspaces/checkpoint/snapshot.ts";

const times = { modifiedMs: 1, changedMs: 1, inode: 1, userId: 0, groupId: 0 };

/** `text` is content and hash at once; a name that ends in `/` is a folder, a text `->x` a link, `undefined` not kept. */
export function snapshot(files: Readonly<Record<string, string | undefined>>, id = "s"): Snapshot {
  const entries = new Map<string, SnapshotEntry>([["", { kind: "folder", mode: 0o755, size: 0, ...times }]]);
  for (const [name, text] of Object.entries(files)) {
    const path = name.replace(/\/$/, "");
    const parents = path.split("/").slice(0, -1);
    for (let count = 1; count <= parents.length; count++) {
      entries.set(parents.slice(0, count).join("/"), { kind: "folder", mode: 0o755, size: 0, ...times });
    }
    entries.set(path, entryOf(name, text));
  }
  return { id, at: 1, entries, leftOut: [] };
}

function entryOf(name: string, text: string | undefined): SnapshotEntry {
  if (name.endsWith("/")) return { kind: "folder", mode: 0o755, size: 0, ...times };
  if (text?.startsWith("->") === true) {
    return { kind: "link", mode: 0o777, size: 0, ...times, target: text.slice(2) };
  }
  const size = text?.length ?? 0;
  return { kind: "file", mode: 0o644, size, ...times, ...(text === undefined ? {} : { hash: text }) };
}
