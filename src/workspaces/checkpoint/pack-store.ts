import { hash as digestOf } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writevSync,
} from "node:fs";
import { join } from "node:path";
import { AgentError } from "../../protocol/agent-error.ts";
import type { ContentSeal } from "./content-seal.ts";

const flushBytes = 4 * 1024 * 1024;

type Location = { readonly pack: string; readonly offset: number; readonly length: number };

/**
 * Contents by their hash, in packs: one file for all that a checkpoint added, since a file for each content costs eight
 * times as much. A pack counts only when its index is there, which is written last.
 */
export class PackStore {
  readonly #folder: string;
  readonly #seal: ContentSeal;
  readonly #places = new Map<string, Location>();
  readonly #known = new Set<string>();

  constructor(folder: string, seal: ContentSeal) {
    this.#folder = folder;
    this.#seal = seal;
    this.#look();
  }

  has(hash: string): boolean {
    return this.#places.has(hash);
  }

  /** Throws `bad-data` when the content is missing or damaged. */
  read(hash: string): Uint8Array {
    if (!this.#places.has(hash)) this.#look(); // another process may have added it
    const place = this.#places.get(hash);
    const bytes = place === undefined ? undefined : this.#bytesAt(place);
    if (bytes === undefined || digestOf("sha256", bytes) !== hash) {
      throw new AgentError("bad-data", `The content ${hash.slice(0, 12)} of a checkpoint is missing or damaged.`);
    }
    return bytes;
  }

  writer(id: string): PackWriter {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    return this.#writer(id, (hash) => this.has(hash));
  }

  /** Takes note of what writers of this or another process added. */
  refresh(): void {
    this.#look();
  }

  /** Names of packs with the hashes in each. */
  packs(): ReadonlyMap<string, readonly string[]> {
    return new Map(this.#names().map((name) => [name, [...this.#readIndex(name).keys()]]));
  }

  bytes(): number {
    const sizeOf = (file: string): number => statSync(join(this.#folder, file), { throwIfNoEntry: false })?.size ?? 0;
    return filesIn(this.#folder).reduce((sum, file) => sum + sizeOf(file), 0);
  }

  /** Copies some contents of one pack into a new one, so that the old one can be removed. */
  moveTo(id: string, from: string, hashes: readonly string[]): void {
    const places = this.#readIndex(from);
    const writer = this.#writer(id, () => false);
    for (const hash of hashes) {
      const place = places.get(hash);
      const bytes = place === undefined ? undefined : this.#bytesAt(place);
      if (bytes !== undefined) writer.add(bytes);
    }
    writer.commit();
    this.#look();
  }

  modifiedMsOf(name: string): number {
    return statSync(join(this.#folder, `${name}.idx`), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  remove(name: string): void {
    rmSync(join(this.#folder, `${name}.idx`), { force: true }); // first: without it the pack does not count
    rmSync(join(this.#folder, `${name}.pack`), { force: true });
    this.#known.delete(name);
    for (const [hash, { pack }] of this.#places) if (pack === name) this.#places.delete(hash);
    this.#known.clear(); // another pack may have the same content
    this.#look();
  }

  /** What a killed process left half done. */
  removeUnfinished(olderThanMs: number): void {
    const complete = new Set(this.#names());
    for (const file of filesIn(this.#folder)) {
      const name = file.replace(/\.(pack|idx|idx\.tmp)$/, "");
      const path = join(this.#folder, file);
      const isStale = (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < olderThanMs;
      if (!complete.has(name) && isStale) rmSync(path, { force: true });
    }
  }

  #writer(id: string, has: (hash: string) => boolean): PackWriter {
    return new PackWriter({ path: join(this.#folder, id), seal: this.#seal, has });
  }

  #look(): void {
    for (const name of this.#names()) {
      if (this.#known.has(name)) continue;
      this.#known.add(name);
      for (const [hash, place] of this.#readIndex(name)) if (!this.#places.has(hash)) this.#places.set(hash, place);
    }
  }

  #names(): readonly string[] {
    return filesIn(this.#folder).flatMap((file) => (file.endsWith(".idx") ? [file.slice(0, -4)] : []));
  }

  #readIndex(name: string): ReadonlyMap<string, Location> {
    const lines = textOf(join(this.#folder, `${name}.idx`)).split("\n");
    return new Map(
      lines.flatMap((line) => {
        const [hash = "", offset, length] = line.split(" ");
        return length === undefined ? [] : [[hash, { pack: name, offset: Number(offset), length: Number(length) }]];
      }),
    );
  }

  #bytesAt({ pack, offset, length }: Location): Uint8Array | undefined {
    try {
      const file = openSync(join(this.#folder, `${pack}.pack`), "r");
      try {
        const bytes = Buffer.allocUnsafe(length);
        return readSync(file, bytes, 0, length, offset) === length ? this.#seal.open(bytes) : undefined;
      } finally {
        closeSync(file);
      }
    } catch {
      return undefined; // told by the caller, who knows what it was for
    }
  }
}

type PackWriterParts = {
  readonly path: string;
  readonly seal: ContentSeal;
  readonly has: (hash: string) => boolean;
};

/** Adds contents to a new pack. Nothing of it counts before `commit`. */
export class PackWriter {
  readonly #path: string;
  readonly #seal: ContentSeal;
  readonly #has: (hash: string) => boolean;
  readonly #index = new Map<string, readonly [offset: number, length: number]>();
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #size = 0;
  #file: number | undefined;

  constructor({ path, seal, has }: PackWriterParts) {
    this.#path = path;
    this.#seal = seal;
    this.#has = has;
  }

  /** Returns the hash of the content. */
  add(bytes: Uint8Array): string {
    const hash = digestOf("sha256", bytes);
    if (this.#has(hash) || this.#index.has(hash)) return hash;
    const sealed = this.#seal.seal(bytes);
    this.#index.set(hash, [this.#size, sealed.length]);
    this.#size += sealed.length;
    this.#waiting.push(sealed);
    this.#waitingBytes += sealed.length;
    if (this.#waitingBytes >= flushBytes) this.#flush();
    return hash;
  }

  commit(): void {
    if (this.#index.size === 0) return;
    this.#flush();
    this.#close();
    const lines = [...this.#index].map(([hash, [offset, length]]) => `${hash} ${offset} ${length}\n`);
    writeFileSync(`${this.#path}.idx.tmp`, lines.join(""), { mode: 0o600 });
    renameSync(`${this.#path}.idx.tmp`, `${this.#path}.idx`);
  }

  abandon(): void {
    this.#close();
    for (const end of [".idx.tmp", ".pack"]) rmSync(`${this.#path}${end}`, { force: true });
  }

  #flush(): void {
    this.#file ??= openSync(`${this.#path}.pack`, "wx", 0o600);
    for (const bytes of this.#waiting) writeWhole(this.#file, bytes);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** A full disk writes a part first and fails with the rest. */
function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writevSync(file, [bytes.subarray(at)]);
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was ever kept
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // another process just removed it
  }
}
