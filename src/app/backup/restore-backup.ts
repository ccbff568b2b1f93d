import { createHash } from "node:crypto";
import { createReadStream, existsSync, rmSync } from "node:fs";
import { mkdir, open, realpath, rename, readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { currentOwner } from "../../lib/process-owner.ts";
import { readTar, type TarEntry } from "../../lib/tar.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { writeWhole } from "../../secrets/write-whole.ts";
import { databaseProblem, withoutOthers } from "../../store/copy-database.ts";
import { beginRestore, beginSwitch, endRestore } from "../interrupted-restore.ts";
import { decrypted, homePrefix, keyPrefix, manifestName, shortLived, type Manifest } from "./backup-format.ts";

export type RestoreOrder = {
  /** The backup. */
  readonly file: string;
  /** The home to be. */
  readonly into: string;
  /** A home that is there is kept under another name, and replaced. */
  readonly force: boolean;
  /** Where keys of secrets are. */
  readonly keys: string;
  readonly passphrase: () => Promise<string | undefined>;
  /** Works on the new home before it takes its place. */
  readonly prepare: (folder: string) => Promise<void>;
  readonly now: Date;
};

export type RestoreReport = { readonly home: string; readonly keptAs: string | undefined; readonly manifest: Manifest };

/**
 * Everything is unpacked beside the home and verified before anything of the home is touched; then two renames make the
 * switch. A kill between them is mended by the next start (`interrupted-restore.ts`).
 */
export async function restoreBackup(order: RestoreOrder): Promise<RestoreReport> {
  if (!existsSync(order.file)) {
    throw new AgentError("not-found", `There is no file ${order.file}: name one that hermes backup made.`);
  }
  const home = await realPlace(order.into);
  const isReplacing = await hasContent(home);
  if (isReplacing && !order.force) {
    throw new AgentError("bad-usage", `${home} is there already: --force keeps it under another name and replaces it.`);
  }
  const restoring = shortLived(home, "restoring");
  const keptAs = isReplacing ? keptName(home, order.now) : undefined;
  beginRestore(home, { owner: currentOwner(), restoring, keptAs });
  try {
    const { manifest, key } = await unpacked(order, restoring);
    await order.prepare(restoring);
    const install = async (): Promise<void> => {
      beginSwitch(home);
      if (key !== undefined) keepKey(order.keys, key);
      if (keptAs === undefined) rmSync(home, { recursive: true, force: true });
      else await rename(home, keptAs);
      await rename(restoring, home);
    };
    const database = join(home, "hermes.db");
    await (existsSync(database) ? withoutOthers(database, install) : install());
    return { home, keptAs, manifest };
  } finally {
    if (keptAs !== undefined && !existsSync(home) && existsSync(keptAs)) await rename(keptAs, home);
    rmSync(restoring, { recursive: true, force: true });
    endRestore(home);
  }
}

type Key = { readonly name: string; readonly bytes: Uint8Array };
type Unpacked = { readonly manifest: Manifest; readonly key: Key | undefined };

async function unpacked({ file, passphrase }: RestoreOrder, folder: string): Promise<Unpacked> {
  const found = new Map<string, { readonly size: number; readonly sha256: string }>();
  let manifest: Manifest | undefined;
  let key: Key | undefined;
  await mkdir(folder, { mode: 0o700 });
  for await (const entry of readTar(decrypted(bytesOf(file), passphrase))) {
    if (manifest !== undefined) throw damaged("something stands behind its list of files");
    if (entry.name === manifestName) manifest = parsedManifest(await whole(entry));
    else if (entry.name.startsWith(keyPrefix)) {
      const bytes = await whole(entry);
      key = { name: entry.name.slice(keyPrefix.length), bytes };
      found.set(entry.name, { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
    } else found.set(entry.name, await unpack(entry, folder));
  }
  if (manifest === undefined) throw damaged("it is cut off");
  requireSame(found, manifest);
  const problem = databaseProblem(join(folder, "hermes.db"));
  if (problem !== undefined) throw damaged(`its database does not pass the check: ${problem}`);
  return { manifest, key };
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const piece of createReadStream(file, { highWaterMark: 1024 * 1024 })) yield piece as Uint8Array;
  } catch (error) {
    throw new AgentError("file-failed", `${file} cannot be read: name a file that hermes backup made.`, {
      cause: error,
    });
  }
}

async function unpack(entry: TarEntry, folder: string): Promise<{ readonly size: number; readonly sha256: string }> {
  const path = placeFor(entry.name, folder);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await using file = await open(path, "wx", 0o600);
  const hash = createHash("sha256");
  for await (const piece of entry.bytes) {
    hash.update(piece);
    await file.write(piece);
  }
  await file.sync();
  return { size: entry.size, sha256: hash.digest("hex") };
}

/** A name that leads out of the folder is an attack, or damage. */
function placeFor(name: string, folder: string): string {
  const inner = name.startsWith(homePrefix) ? name.slice(homePrefix.length) : "";
  const isPlain = inner
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\0"));
  if (!isPlain || inner.includes("\\")) throw damaged(`it names ${JSON.stringify(name)}`);
  return join(folder, inner);
}

const mostWholeBytes = 256 * 1024 * 1024;

async function whole(entry: TarEntry): Promise<Uint8Array> {
  if (entry.size > mostWholeBytes) throw damaged(`${entry.name} is too long`);
  return Buffer.concat(await Array.fromAsync(entry.bytes));
}

function parsedManifest(bytes: Uint8Array): Manifest {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<Manifest> | null;
    if (value?.format === 1 && typeof value.files === "object") return value as Manifest;
  } catch {
    // told below
  }
  throw damaged("its list of files makes no sense, or is of a newer Hermes");
}

function requireSame(
  found: ReadonlyMap<string, { readonly size: number; readonly sha256: string }>,
  { files }: Manifest,
): void {
  for (const [name, { size, sha256 }] of Object.entries(files)) {
    const there = found.get(name);
    if (there === undefined) throw damaged(`${name} is missing`);
    if (there.size !== size || there.sha256 !== sha256) throw damaged(`${name} is not as it was written`);
  }
  const extra = [...found.keys()].find((name) => !Object.hasOwn(files, name));
  if (extra !== undefined) throw damaged(`${extra} is not in its list of files`);
  if (!found.has(`${homePrefix}hermes.db`)) throw damaged("there is no database in it");
}

/** A key of the same name is the same key. */
function keepKey(folder: string, { name, bytes }: Key): void {
  if (!/^[0-9a-f]{16}\.key$/.test(name)) throw damaged(`it names the key ${JSON.stringify(name)}`);
  const path = join(folder, name);
  if (!existsSync(path)) writeWhole(path, bytes);
}

/** The place itself, where the path is a link to it. */
async function realPlace(path: string): Promise<string> {
  const absolute = resolve(path);
  const parent = await realpath(dirname(absolute)).catch((error: unknown) => {
    throw new AgentError("bad-usage", `The folder ${dirname(absolute)} is not there: make it first.`, { cause: error });
  });
  return realpath(absolute).catch(() => join(parent, basename(absolute))); // not there yet
}

/** A folder that only has a cache is no home: every start makes one. */
async function hasContent(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => name !== "cache");
}

/** A name that is not there yet: whether it is there tells later how far a killed restore came. */
function keptName(home: string, now: Date): string {
  const name = `${home}.before-restore-${now.toISOString().replaceAll(/[-:]|\.\d+Z$/g, "")}`;
  return existsSync(name) ? shortLived(name, "again") : name;
}

function damaged(why: string): AgentError {
  return new AgentError("bad-data", `The backup is damaged: ${why}. Nothing was changed.`);
}
