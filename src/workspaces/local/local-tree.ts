import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { LeftOut, TreeEntry, TreeListing, WorkspaceTree } from "../../protocol/checkpoint.ts";
import { isRebuildable, rebuildableMarks } from "../checkpoint/rebuildable-folders.ts";
import { isMissing } from "./file-problem.ts";
import { changeTree, isRestoreRemnant } from "./local-restore.ts";
import { entryOf } from "./tree-entry.ts";

/** How much is done before other work of this process gets its turn. */
const sliceMs = 15;
const cacheSignature = "Signature: 8a477f597d28d172789f06886806bc55";

export type LocalTreeOptions = {
  /** Absolute, without links. */
  readonly root: string;
  /** Absolute paths that are passed over without a word: Hermes's own folders. */
  readonly ownFolders: readonly string[];
};

/** The tree of a folder of this machine. */
export function createLocalTree(options: LocalTreeOptions): WorkspaceTree {
  const { root } = options;
  return {
    root,
    list: ({ paths, maxEntries }, signal) =>
      paths === undefined ? listAll(options, maxEntries, signal) : Promise.resolve(listSome(root, paths)),
    read: (paths, signal) => readFiles(root, paths, signal),
    change: (steps) => changeTree(root, steps),
  };
}

type Walk = {
  readonly entries: Map<string, TreeEntry>;
  readonly leftOut: LeftOut[];
  readonly waiting: string[];
  readonly device: number;
  readonly own: ReadonlySet<string>;
};

async function listAll({ root, ownFolders }: LocalTreeOptions, maxEntries: number, signal: AbortSignal) {
  const info = infoOf(root);
  const entries = new Map<string, TreeEntry>();
  if (info?.isDirectory() !== true) return { entries, leftOut: [], isWhole: true };
  entries.set("", entryOf(root, info));
  const walk: Walk = { entries, leftOut: [], waiting: [""], device: info.dev, own: new Set(ownFolders) };
  let sliceEnd = performance.now() + sliceMs;
  for (let folder = walk.waiting.pop(); folder !== undefined; folder = walk.waiting.pop()) {
    listFolder(root, folder, walk);
    if (entries.size > maxEntries) return { entries: new Map(), leftOut: [], isWhole: false };
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    signal.throwIfAborted();
    sliceEnd = performance.now() + sliceMs;
  }
  walk.leftOut.sort((one, other) => (one.path < other.path ? -1 : 1));
  return { entries, leftOut: walk.leftOut, isWhole: true };
}

function listFolder(root: string, folder: string, walk: Walk): void {
  const absolute = folder === "" ? root : `${root}/${folder}`;
  const names = namesIn(absolute);
  if (names === undefined) {
    walk.leftOut.push({ path: folder, why: "unreadable" });
    return;
  }
  if (folder !== "" && rebuildableMarks.some((mark) => names.includes(mark) && isMarked(absolute, mark))) {
    walk.entries.delete(folder);
    walk.leftOut.push({ path: folder, why: "rebuildable" });
    return;
  }
  for (const name of names) listName(absolute, { name, path: folder === "" ? name : `${folder}/${name}` }, walk);
}

function listName(folder: string, { name, path }: { readonly name: string; readonly path: string }, walk: Walk): void {
  const absolute = `${folder}/${name}`;
  if (isPassing(name, path) || walk.own.has(absolute)) return;
  if (name.includes("\uFFFD")) {
    walk.leftOut.push({ path, why: "bad-name" });
    return;
  }
  const info = infoOf(absolute);
  if (info === undefined) return;
  if (!info.isDirectory()) {
    walk.entries.set(path, entryOf(absolute, info));
    return;
  }
  const why = info.dev !== walk.device ? "other-device" : isRebuildable(name) ? "rebuildable" : undefined;
  if (why !== undefined) {
    walk.leftOut.push({ path, why });
    return;
  }
  walk.entries.set(path, entryOf(absolute, info));
  walk.waiting.push(path);
}

/** What is only there while a program works: locks of git, and what an undo is about to put into place. */
function isPassing(name: string, path: string): boolean {
  return (name.endsWith(".lock") && /(^|\/)\.git\//.test(path)) || isRestoreRemnant(name);
}

/** Only these, with the folders above them as far as they exist and are folders. */
function listSome(root: string, paths: readonly string[]): TreeListing {
  const entries = new Map<string, TreeEntry>();
  for (const path of ["", ...paths]) {
    const parts = path === "" ? [] : path.split("/");
    for (let count = 0; count <= parts.length; count++) {
      const part = parts.slice(0, count).join("/");
      const absolute = join(root, part);
      const info = infoOf(absolute);
      if (info === undefined) break;
      entries.set(part, entryOf(absolute, info));
      if (!info.isDirectory()) break;
    }
  }
  return { entries, leftOut: [], isWhole: true };
}

async function* readFiles(root: string, paths: readonly string[], signal: AbortSignal) {
  let sliceEnd = performance.now() + sliceMs;
  for (const path of paths) {
    const file = readFile(`${root}/${path}`);
    if (file !== undefined) yield { path, ...file };
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    signal.throwIfAborted();
    sliceEnd = performance.now() + sliceMs;
  }
}

function readFile(path: string): { readonly entry: TreeEntry; readonly bytes: Uint8Array } | undefined {
  try {
    // NONBLOCK: what was a file may be a pipe by now
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const info = fstatSync(file);
      return info.isFile() ? { entry: entryOf(path, info), bytes: readFileSync(file) } : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined; // gone or not ours to read: the caller tells what it did not get
  }
}

/** `undefined` when the folder cannot be read; one that is gone has no names. */
function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    return isMissing(error) ? [] : undefined;
  }
}

function infoOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // a parent vanished or may not be searched
  }
}

function isMarked(folder: string, mark: string): boolean {
  if (mark !== "CACHEDIR.TAG") return true;
  const bytes = readFile(`${folder}/${mark}`)?.bytes ?? new Uint8Array();
  return Buffer.from(bytes).toString("latin1", 0, cacheSignature.length) === cacheSignature;
}
