import { randomBytes } from "node:crypto";
import { constants, type Dirent, type Stats } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm, stat, unlink, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { FileStat, FolderEntry } from "../../protocol/workspace.ts";
import { fileProblem, isMissing } from "./file-problem.ts";
import { resolvePath } from "./resolve-path.ts";

export type ByteRange = { readonly offset: number; readonly length: number };

const newFileMode = 0o666; // what the umask leaves of it
const permissionBits = 0o7777;

export async function statFile(path: string): Promise<FileStat | undefined> {
  try {
    return fileStat(await stat(path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw fileProblem("look at", path, error);
  }
}

export async function readFolder(path: string): Promise<readonly FolderEntry[] | undefined> {
  try {
    const entries = await Promise.all(
      (await readdir(path, { withFileTypes: true })).map((entry) => folderEntry(path, entry)),
    );
    return entries.filter((entry) => entry !== undefined).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw fileProblem("list", path, error);
  }
}

export async function readBytes(path: string, range?: ByteRange): Promise<Uint8Array | undefined> {
  try {
    // NONBLOCK: opening a pipe that nobody writes to would wait for ever
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const info = await file.stat();
    if (info.isDirectory()) throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
    if (!info.isFile()) throw new Error("it is a pipe, a socket or a device, not a file");
    return range === undefined ? await file.readFile() : await readRange(file, range);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw fileProblem("read", path, error);
  }
}

/** Written beside and renamed, so that a reader sees the old file or the new one. Through a link, its target changes. */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const target = await resolvePath(path);
    const before = await statIfThere(target);
    if (before?.isDirectory() === true) throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
    await mkdir(dirname(target), { recursive: true });
    const beside = `${dirname(target)}/.${randomBytes(6).toString("hex")}.tmp`;
    try {
      await writeNew(beside, bytes, before);
      await rename(beside, target);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  } catch (error) {
    throw fileProblem("write", path, error);
  }
}

export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    throw fileProblem("remove", path, error);
  }
}

async function writeNew(path: string, bytes: Uint8Array, before: Stats | undefined): Promise<void> {
  await using file = await open(path, "wx", newFileMode);
  await file.writeFile(bytes);
  if (before !== undefined) {
    if (process.getuid?.() === 0) await file.chown(before.uid, before.gid); // root must not take a user's file away
    await file.chmod(before.mode & permissionBits);
  }
  await file.datasync(); // a rename can survive a power cut that the content does not
}

async function readRange(file: FileHandle, range: ByteRange): Promise<Uint8Array> {
  const size = (await file.stat()).size;
  const buffer = Buffer.alloc(Math.max(0, Math.min(range.length, size - range.offset)));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, range.offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** `undefined` for what vanished meanwhile; a name that is not UTF-8 cannot be asked for, but it is there. */
async function folderEntry(folder: string, entry: Dirent): Promise<FolderEntry | undefined> {
  const { name } = entry;
  const isLink = entry.isSymbolicLink();
  try {
    return { name, isLink, ...fileStat(await stat(`${folder}/${name}`)) };
  } catch {
    // broken or circular links, and targets we may not see: what the link itself is can still be told
    try {
      return { name, isLink, ...fileStat(await lstat(`${folder}/${name}`)), kind: "other" };
    } catch (error) {
      if (!isMissing(error)) throw error;
      return name.includes("\uFFFD") ? { name, isLink, kind: "other", size: 0, modifiedMs: 0 } : undefined;
    }
  }
}

function fileStat(info: Stats): FileStat {
  const kind = info.isFile() ? "file" : info.isDirectory() ? "folder" : "other";
  return { kind, size: info.size, modifiedMs: info.mtimeMs };
}
