import * as fs from "node:fs";
import { promisify } from "node:util";
import { isMissing } from "./file-problem.ts";

type Soon<T> = T | Promise<T>;

/** The calls to the file system that files are reached with. They throw what the system says. */
export interface SystemCalls {
  open(path: string, flags: number, mode?: number): Soon<number>;
  close(descriptor: number): Soon<void>;
  fstat(descriptor: number): Soon<fs.Stats>;
  /** `undefined` when nothing is there. */
  lstat(path: string): Soon<fs.Stats | undefined>;
  readlink(path: string): Soon<string>;
  realpath(path: string): Soon<string>;
  readdir(path: string): Soon<fs.Dirent[]>;
  /** How many bytes were put into `into`; `position` is `null` for where the descriptor stands. */
  read(descriptor: number, into: Uint8Array, position: number | null): Soon<number>;
  write(descriptor: number, bytes: Uint8Array): Soon<number>;
  fchmod(descriptor: number, mode: number): Soon<void>;
  fchown(descriptor: number, user: number, group: number): Soon<void>;
  mkdir(path: string): Soon<void>;
  rename(from: string, to: string): Soon<void>;
  unlink(path: string): Soon<void>;
}

/** In this thread: microseconds each on a disk of this machine, and for ever on a network that stalls. */
export const immediateCalls: SystemCalls = {
  open: fs.openSync,
  close: fs.closeSync,
  fstat: (descriptor) => fs.fstatSync(descriptor),
  lstat(path) {
    try {
      return fs.lstatSync(path, { throwIfNoEntry: false });
    } catch (error) {
      if (isMissing(error)) return undefined; // below a file there is nothing either
      throw error;
    }
  },
  readlink: (path) => fs.readlinkSync(path),
  realpath: (path) => fs.realpathSync.native(path),
  readdir: (path) => fs.readdirSync(path, { withFileTypes: true }),
  read: (descriptor, into, position) => fs.readSync(descriptor, into, 0, into.length, position),
  write: (descriptor, bytes) => fs.writeSync(descriptor, bytes),
  fchmod: fs.fchmodSync,
  fchown: fs.fchownSync,
  mkdir: (path) => {
    fs.mkdirSync(path);
  },
  rename: fs.renameSync,
  unlink: fs.unlinkSync,
};

const later = {
  open: promisify(fs.open),
  close: promisify(fs.close),
  fstat: promisify(fs.fstat),
  lstat: promisify(fs.lstat),
  readlink: promisify(fs.readlink),
  realpath: promisify(fs.realpath.native),
  readdir: promisify(fs.readdir),
  read: promisify(fs.read),
  write: promisify(fs.write),
  fchmod: promisify(fs.fchmod),
  fchown: promisify(fs.fchown),
  mkdir: promisify(fs.mkdir),
  rename: promisify(fs.rename),
  unlink: promisify(fs.unlink),
};

/** In the thread pool: a call that stalls holds up nothing but who waits for it. */
export const pooledCalls: SystemCalls = {
  open: (path, flags, mode) => later.open(path, flags, mode),
  close: later.close,
  fstat: (descriptor) => later.fstat(descriptor),
  async lstat(path) {
    try {
      return await later.lstat(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  readlink: (path) => later.readlink(path),
  realpath: (path) => later.realpath(path),
  readdir: (path) => later.readdir(path, { withFileTypes: true }),
  read: async (descriptor, into, position) => (await later.read(descriptor, into, 0, into.length, position)).bytesRead,
  write: async (descriptor, bytes) => (await later.write(descriptor, bytes)).bytesWritten,
  fchmod: later.fchmod,
  fchown: later.fchown,
  mkdir: async (path) => {
    await later.mkdir(path);
  },
  rename: later.rename,
  unlink: later.unlink,
};
