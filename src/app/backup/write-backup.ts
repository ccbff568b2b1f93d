import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { link, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { padding, tarEnd, tarHeader } from "../../lib/tar.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import type { Masker } from "../../secrets/masker.ts";
import { readSecretFile } from "../../secrets/secret-file.ts";
import { keyFile } from "../../secrets/secret-key.ts";
import { copyDatabase } from "../../store/copy-database.ts";
import type { Home } from "../home.ts";
import { encrypted, homePrefix, keyPrefix, manifestName, shortLived, type Manifest } from "./backup-format.ts";
import { heldWrites, homeFiles, type HomeFile } from "./home-files.ts";

export type BackupOrder = {
  readonly home: Home;
  /** Where the keys of secrets are. */
  readonly keys: string;
  /** The file to write. */
  readonly target: string;
  /** Replaces a file that is there. */
  readonly force: boolean;
  /** Encrypts the whole, secrets included; without it they are left out, and what looks like one is masked. */
  readonly passphrase: string | undefined;
  readonly masker: Masker;
  readonly now: number;
};

export type BackupReport = {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  readonly masked: readonly string[];
};

const pieceBytes = 1024 * 1024;
const mostMaskedBytes = 4 * 1024 * 1024;

/** Under its final name there is a whole backup or what was there before. Rejects with `bad-usage` when something is. */
export async function writeBackup(order: BackupOrder): Promise<BackupReport> {
  const target = resolve(order.target);
  if (!order.force && (await isThere(target))) throw taken(target);
  const partial = shortLived(target, "partial");
  mkdirSync(order.home.cache, { recursive: true, mode: 0o700 });
  const database = shortLived(join(order.home.cache, "backup"), "copy");
  try {
    const packing = new Packing(order);
    const archive = packing.archive(database);
    const bytes = await writeFile(
      partial,
      order.passphrase === undefined ? archive : encrypted(archive, order.passphrase),
    );
    await putInPlace(partial, target, order.force);
    return { path: target, files: packing.count, bytes, masked: packing.masked };
  } finally {
    for (const leftover of [partial, database, `${database}-wal`, `${database}-shm`]) rmSync(leftover, { force: true });
  }
}

class Packing {
  readonly #order: BackupOrder;
  readonly #files: Record<string, { size: number; sha256: string }> = {};
  readonly masked: string[] = [];

  constructor(order: BackupOrder) {
    this.#order = order;
  }

  get count(): number {
    return Object.keys(this.#files).length;
  }

  async *archive(database: string): AsyncGenerator<Uint8Array, void> {
    const { home, passphrase, now } = this.#order;
    const hasSecrets = passphrase !== undefined;
    await removeOldCopies(home);
    for (const file of await heldWrites(home)) yield* this.#file(file);
    await copyDatabase(home.database, database);
    yield* this.#file({ path: database, name: "hermes.db" });
    rmSync(database);
    for (const file of await homeFiles(home, hasSecrets)) yield* this.#file(file);
    if (hasSecrets) yield* this.#key();
    const manifest: Manifest = { format: 1, createdAt: now, hasSecrets, files: this.#files };
    const bytes = Buffer.from(JSON.stringify(manifest));
    yield* [tarHeader(manifestName, bytes.length), bytes, padding(bytes.length), tarEnd];
  }

  async *#key(): AsyncGenerator<Uint8Array, void> {
    const { home, keys } = this.#order;
    const file = readSecretFile(home.secrets);
    if (file?.key.kind !== "file") return;
    const path = keyFile(keys, file.keyId);
    yield* this.#stream({ path, name: `${keyPrefix}${basename(path)}` });
  }

  async *#file({ path, name }: HomeFile): AsyncGenerator<Uint8Array, void> {
    yield* this.#stream({ path, name: `${homePrefix}${name}` });
  }

  async *#stream({ path, name }: HomeFile): AsyncGenerator<Uint8Array, void> {
    const file = await open(path, "r").catch(missingIsGone);
    if (file === undefined) return;
    await using _ = file;
    const { size } = await file.stat();
    if (this.#isToBeMasked(name, size)) {
      yield* this.#whole(name, this.#maskedBytes(name, await file.readFile()));
      return;
    }
    const hash = createHash("sha256");
    yield tarHeader(name, size);
    for (let at = 0; at < size;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(pieceBytes, size - at)), 0, undefined, at);
      if (bytesRead === 0) throw new AgentError("file-failed", `${path} became shorter while it was read: try again.`);
      const piece = buffer.subarray(0, bytesRead);
      hash.update(piece);
      at += bytesRead;
      yield piece;
    }
    this.#files[name] = { size, sha256: hash.digest("hex") };
    yield padding(size);
  }

  #isToBeMasked(name: string, size: number): boolean {
    const isMaskedAlready = name === `${homePrefix}hermes.db` || name.startsWith(`${homePrefix}reserve.journal`);
    return this.#order.passphrase === undefined && !isMaskedAlready && size <= mostMaskedBytes;
  }

  #maskedBytes(name: string, bytes: Uint8Array): Uint8Array {
    const masked = this.#order.masker.bytes(bytes);
    if (masked !== bytes) this.masked.push(name.slice(homePrefix.length));
    return masked;
  }

  *#whole(name: string, bytes: Uint8Array): Generator<Uint8Array, void> {
    this.#files[name] = { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    yield* [tarHeader(name, bytes.length), bytes, padding(bytes.length)];
  }
}

async function writeFile(path: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  await using file = await open(path, "wx", 0o600);
  let written = 0;
  for await (const piece of source) written += (await file.write(piece)).bytesWritten;
  await file.sync();
  return written;
}

/** Without `force` nothing is replaced, also not what appeared meanwhile. */
async function putInPlace(partial: string, target: string, force: boolean): Promise<void> {
  if (force) return rename(partial, target);
  try {
    await link(partial, target);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw taken(target);
    await rename(partial, target); // a file system without links
  }
}

/** What a killed backup left. */
async function removeOldCopies(home: Home): Promise<void> {
  for (const name of await readdir(home.cache)) {
    const pid = /^backup\.copy-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(home.cache, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function isThere(path: string): Promise<boolean> {
  const names = await readdir(dirname(path)).catch((error: unknown) => {
    throw new AgentError("bad-usage", `The folder ${dirname(path)} is not there: make it first.`, { cause: error });
  });
  return names.includes(basename(path));
}

function missingIsGone(error: unknown): undefined {
  if (codeOf(error) === "ENOENT") return undefined; // removed since the folder was read
  throw error;
}

function taken(target: string): AgentError {
  return new AgentError("bad-usage", `${target} is there already: name another file, or add --force to replace it.`);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
