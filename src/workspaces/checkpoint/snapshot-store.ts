import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { LeftOut } from "../../protocol/checkpoint.ts";
import type { ContentSeal } from "./content-seal.ts";
import { PackStore } from "./pack-store.ts";
import type { Snapshot, SnapshotEntry } from "./snapshot.ts";

const version = 1;
const kinds = ["file", "folder", "link", "other"] as const;

type EntryRow = readonly [
  path: string,
  kind: number,
  mode: number,
  size: number,
  modifiedMs: number,
  changedMs: number,
  inode: number,
  userId: number,
  groupId: number,
  hashOrTarget: string,
];

type SnapshotFile = {
  readonly version: number;
  readonly at: number;
  readonly entries: readonly EntryRow[];
  readonly leftOut: readonly LeftOut[];
  readonly paths?: readonly string[];
};

/** Where the snapshots of one root are kept, and what is in them. Written whole or not at all. */
export class SnapshotStore {
  readonly folder: string;
  readonly contents: PackStore;
  readonly #seal: ContentSeal;

  constructor(folder: string, seal: ContentSeal) {
    this.folder = folder;
    this.#seal = seal;
    this.contents = new PackStore(join(folder, "packs"), seal);
  }

  write(snapshot: Snapshot): void {
    mkdirSync(this.#snapshots, { recursive: true, mode: 0o700 });
    const { at, leftOut, paths } = snapshot;
    const entries = [...snapshot.entries].map(([path, entry]) => rowOf(path, entry));
    const file: SnapshotFile = { version, at, entries, leftOut, ...(paths === undefined ? {} : { paths }) };
    const params = { [constants.ZSTD_c_compressionLevel]: 1 };
    const bytes = this.#seal.seal(zstdCompressSync(JSON.stringify(file), { params }));
    const path = this.#fileOf(snapshot.id);
    try {
      writeFileSync(`${path}.tmp`, bytes, { mode: 0o600 });
      renameSync(`${path}.tmp`, path);
    } catch (error) {
      rmSync(`${path}.tmp`, { force: true });
      throw error;
    }
  }

  /** `undefined` when it is not kept any more, or cannot be read. */
  read(id: string): Snapshot | undefined {
    try {
      const bytes = this.#seal.open(readFileSync(this.#fileOf(id)));
      if (bytes === undefined) return undefined;
      const file = JSON.parse(zstdDecompressSync(bytes).toString()) as SnapshotFile;
      if (file.version !== version) return undefined;
      const { at, leftOut, paths } = file;
      const entries = new Map(file.entries.map((row) => [row[0], entryOf(row)]));
      return { id, at, entries, leftOut, ...(paths === undefined ? {} : { paths }) };
    } catch {
      return undefined; // pruned or damaged: both mean that nothing can be brought back from it, which is told
    }
  }

  has(id: string): boolean {
    return statSync(this.#fileOf(id), { throwIfNoEntry: false }) !== undefined;
  }

  /** Ids with the moment of writing, the newest first. */
  list(): readonly { readonly id: string; readonly writtenMs: number; readonly bytes: number }[] {
    return this.#files()
      .flatMap((file) => {
        const info = statSync(join(this.#snapshots, file), { throwIfNoEntry: false });
        const id = file.replace(/\.tree$/, "");
        return info === undefined || id === file ? [] : [{ id, writtenMs: info.mtimeMs, bytes: info.size }];
      })
      .toSorted((one, other) => other.writtenMs - one.writtenMs);
  }

  bytes(): number {
    return this.list().reduce((sum, { bytes }) => sum + bytes, this.contents.bytes());
  }

  remove(id: string): void {
    rmSync(this.#fileOf(id), { force: true });
  }

  get #snapshots(): string {
    return join(this.folder, "snapshots");
  }

  #files(): readonly string[] {
    try {
      return readdirSync(this.#snapshots);
    } catch {
      return []; // nothing was ever kept
    }
  }

  #fileOf(id: string): string {
    return join(this.#snapshots, `${id}.tree`);
  }
}

function rowOf(path: string, entry: SnapshotEntry): EntryRow {
  const { kind, mode, size, modifiedMs, changedMs, inode, userId, groupId, hash, target } = entry;
  const times = [modifiedMs, changedMs, inode, userId, groupId] as const;
  return [path, kinds.indexOf(kind), mode, size, ...times, target ?? hash ?? ""];
}

function entryOf(row: EntryRow): SnapshotEntry {
  const [, kindIndex, mode, size, modifiedMs, changedMs, inode, userId, groupId, last] = row;
  const kind = kinds[kindIndex] ?? "other";
  const entry = { kind, mode, size, modifiedMs, changedMs, inode, userId, groupId };
  if (kind === "link") return { ...entry, target: last };
  return last === "" ? entry : { ...entry, hash: last };
}

/** The newest snapshot of the whole tree. */
export function newestWhole(store: SnapshotStore): Snapshot | undefined {
  for (const { id } of store.list()) {
    const snapshot = store.read(id);
    if (snapshot !== undefined && snapshot.paths === undefined) return snapshot;
  }
  return undefined;
}
