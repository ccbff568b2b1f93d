import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DirectFiles } from "../session/transport.ts";
import { isMissing, systemCodeOf } from "./file-problem.ts";
import { hasOnlyLocalDisks } from "./local-disk.ts";
import { memoryFolder } from "./memory-folder.ts";

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const mostAtOnce = 256 * 1024; // bytes that may be read in this thread; the rest is worth a hop to another

/**
 * The files of a session on this machine. A command can write in its folder: no link there is followed, and nothing but a
 * file is opened. On disks of this machine small pieces are read in this thread: they are read with every command.
 */
export function sessionFiles(folder: string): DirectFiles {
  let isLocal: boolean | undefined;
  const isHere = (): boolean => (isLocal ??= hasOnlyLocalDisks(folder));
  return {
    size: (path) => sizeOf(path, isHere()),
    read(path, offset, length) {
      return isHere() && length <= mostAtOnce
        ? unlessMissing(() => Promise.resolve(readHere(path, offset, length)))
        : unlessMissing(() => readInPool(path, offset, length));
    },
    names,
    memory: memoryFolder,
  };
}

async function sizeOf(path: string, isHere: boolean): Promise<number | undefined> {
  try {
    const info = isHere ? lstatSync(path) : await lstat(path);
    return info.isFile() && isInFolder(path) ? info.size : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function names(path: string, suffix: string): Promise<readonly string[]> {
  const times = new Map<string, number>();
  try {
    for (const name of await readdir(path)) {
      if (name.endsWith(suffix)) times.set(name, (await lstat(join(path, name))).mtimeMs);
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return [...times.keys()].toSorted((left, right) => (times.get(left) ?? 0) - (times.get(right) ?? 0));
}

async function unlessMissing(read: () => Promise<Buffer | undefined>): Promise<Buffer | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isMissing(error) || systemCodeOf(error) === "ELOOP") return undefined;
    throw error;
  }
}

function readHere(path: string, offset: number, length: number): Buffer | undefined {
  const file = openSync(path, flags);
  try {
    const info = fstatSync(file);
    if (!info.isFile() || !isInFolder(path)) return undefined;
    const buffer = Buffer.allocUnsafe(Math.min(length, Math.max(0, info.size - offset)));
    let filled = 0;
    for (let bytes = -1; filled < buffer.length && bytes !== 0; filled += bytes) {
      bytes = readSync(file, buffer, filled, buffer.length - filled, offset + filled);
    }
    return buffer.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

async function readInPool(path: string, offset: number, length: number): Promise<Buffer | undefined> {
  await using file = await open(path, flags);
  if (!(await file.stat()).isFile() || !isInFolder(path)) return undefined;
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  for (let bytes = -1; filled < length && bytes !== 0; filled += bytes) {
    ({ bytesRead: bytes } = await file.read(buffer, filled, length - filled, offset + filled));
  }
  return buffer.subarray(0, filled);
}

/** Not in a link to one: what is made beside it, by a rename too, stays on the same disk, so `jobs` is no mount. */
function isInFolder(path: string): boolean {
  return lstatSync(dirname(path)).isDirectory();
}
