import { readlinkSync, type Stats } from "node:fs";
import type { TreeEntry } from "../../protocol/checkpoint.ts";

const permissionBits = 0o7777;

/** What `lstat` or an open file says of a name. A link is read by its `path`. */
export function entryOf(path: string, info: Stats): TreeEntry {
  const entry = {
    mode: info.mode & permissionBits,
    size: info.isFile() ? info.size : 0,
    modifiedMs: info.mtimeMs,
    changedMs: info.ctimeMs,
    inode: info.ino,
    userId: info.uid,
    groupId: info.gid,
  };
  if (info.isFile()) return { kind: "file", ...entry };
  if (info.isDirectory()) return { kind: "folder", ...entry };
  const target = info.isSymbolicLink() ? targetOf(path) : undefined;
  return target === undefined ? { kind: "other", ...entry } : { kind: "link", ...entry, target };
}

function targetOf(link: string): string | undefined {
  try {
    const target = readlinkSync(link);
    return target.includes("\uFFFD") ? undefined : target;
  } catch {
    return undefined; // gone between two looks
  }
}
