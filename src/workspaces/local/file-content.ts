import { randomBytes } from "node:crypto";
import { constants, fdatasync, type Stats } from "node:fs";
import { promisify } from "node:util";
import type { HeldPath } from "./held-path.ts";
import { pooledCalls, type SystemCalls } from "./system-calls.ts";

export type ByteRange = { readonly offset: number; readonly length: number };

/** What is moved in this thread; more would hold up everything else for too long. */
const immediateBytes = 262_144;
const newFileMode = 0o666; // what the umask leaves of it
const permissionBits = 0o7777;
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
const flushed = promisify(fdatasync);

export async function readContent(
  file: HeldPath,
  range: ByteRange | undefined,
  calls: SystemCalls,
): Promise<Uint8Array> {
  const { size } = file.info;
  const wanted = range === undefined ? size : Math.max(0, Math.min(range.length, size - range.offset));
  const system = wanted > immediateBytes ? pooledCalls : calls;
  const descriptor = await file.open();
  try {
    return range === undefined
      ? await readToEnd(descriptor, size, system)
      : await readRange(descriptor, { offset: range.offset, length: wanted }, system);
  } finally {
    await calls.close(descriptor);
  }
}

/** A file can grow while it is read, and those of `/proc` say that they are empty. */
async function readToEnd(descriptor: number, size: number, calls: SystemCalls): Promise<Uint8Array> {
  const whole = Buffer.allocUnsafe(size + 1);
  const filled = await calls.read(descriptor, whole, null);
  const chunks = [whole.subarray(0, filled)];
  if (filled === size) return whole.subarray(0, filled);
  for (;;) {
    const buffer = Buffer.allocUnsafe(65_536);
    const count = await calls.read(descriptor, buffer, null);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, count));
  }
}

async function readRange(descriptor: number, { offset, length }: ByteRange, calls: SystemCalls): Promise<Uint8Array> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < buffer.length) {
    const count = await calls.read(descriptor, buffer.subarray(filled), offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

export type Replacement = {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The file whose place it takes: owner and mode are kept. */
  readonly before: Stats | undefined;
};

/** Written beside and renamed, so that a reader sees the old file or the new one. */
export async function replaceContent(folder: HeldPath, replacement: Replacement, calls: SystemCalls): Promise<void> {
  const beside = folder.entry(`.${randomBytes(6).toString("hex")}.tmp`);
  await folder.confirm();
  const descriptor = await calls.open(beside, newFile, newFileMode);
  try {
    try {
      await fill(descriptor, replacement, calls);
    } finally {
      await calls.close(descriptor);
    }
    await folder.confirm();
    await calls.rename(beside, folder.entry(replacement.name));
  } catch (error) {
    await removeIfThere(beside, calls);
    throw error;
  }
}

async function fill(descriptor: number, { bytes, before }: Replacement, calls: SystemCalls): Promise<void> {
  const system = bytes.length > immediateBytes ? pooledCalls : calls;
  for (let at = 0; at < bytes.length;) at += await system.write(descriptor, bytes.subarray(at));
  if (before !== undefined) {
    if (process.getuid?.() === 0) await calls.fchown(descriptor, before.uid, before.gid); // root must not take a user's file away
    await calls.fchmod(descriptor, before.mode & permissionBits);
  }
  await flushed(descriptor); // a rename can survive a power cut that the content does not
}

async function removeIfThere(path: string, calls: SystemCalls): Promise<void> {
  if ((await calls.lstat(path)) !== undefined) await calls.unlink(path);
}
