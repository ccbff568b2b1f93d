import { closeSync, constants, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { SystemCalls } from "./system-calls.ts";

/** A file or folder that is held: whatever becomes of its path meanwhile, what is done is done to it. */
export type HeldPath = AsyncDisposable & {
  readonly path: string;
  /** As it was when it was held; never a link. */
  readonly info: Stats;
  /** A path that leads to `name` in this folder, for one call that does not follow links. */
  entry(name: string): string;
  /** A descriptor to read this plain file with. The caller closes it. */
  open(): Promise<number>;
  /** Ends with `PathMoved` when it is not what its path leads to any more, as far as only that can tell. */
  confirm(): Promise<void>;
};

/** Takes an absolute path without links. Ends with `PathMoved` when there is a link in it after all. */
export type HoldPath = (path: string, calls: SystemCalls) => Promise<HeldPath>;

export class PathMoved extends Error {
  constructor() {
    super("a part of its path became a link or was moved since it was looked at; look again");
  }
}

const pathOnly = 0o10000000; // O_PATH of Linux: opens nothing, so that a pipe or a device never notices
const reading = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Linux: the kernel says where the thing we hold is, and `/proc/self/fd/N/name` is a name in the folder we hold. The
 * order matters: a name that is there after its links were counted was there when they were counted. What the kernel
 * tells of a handle, and closing one that opened nothing, asks no disk and no network: it need not wait in the pool.
 */
export const holdByHandle: HoldPath = async (path, calls) => {
  const descriptor = await calls.open(path, pathOnly | constants.O_NOFOLLOW);
  const own = `/proc/self/fd/${descriptor}`;
  try {
    const info = await calls.fstat(descriptor);
    if (info.isSymbolicLink() || readlinkSync(own) !== path) throw new PathMoved();
    return {
      path,
      info,
      entry: (name) => `${own}/${name}`,
      open: async () => calls.open(own, reading),
      confirm: () => Promise.resolve(),
      [Symbol.asyncDispose]: async () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
};

/** Whether the system has `/proc` and tells the same paths there as elsewhere. */
export async function canHoldByHandle(path: string, calls: SystemCalls): Promise<boolean> {
  if (process.platform !== "linux") return false;
  try {
    await using held = await holdByHandle(path, calls);
    return (await calls.lstat(held.entry("."))) !== undefined;
  } catch {
    return false; // then names are compared, which works everywhere
  }
}

/** Elsewhere: names are compared before and after. A swap between two calls that is undone in time is not seen. */
export const holdByName: HoldPath = async (path, calls) => {
  const info = await lookedAt(path, calls);
  const confirm = async (): Promise<void> => {
    if (!isSame(await lookedAt(path, calls), info)) throw new PathMoved();
  };
  return {
    path,
    info,
    entry: (name) => join(path, name),
    open: async () => {
      const descriptor = await calls.open(path, reading | noLinks);
      try {
        if (!isSame(await calls.fstat(descriptor), info)) throw new PathMoved();
        await confirm();
        return descriptor;
      } catch (error) {
        await calls.close(descriptor);
        throw error;
      }
    },
    confirm,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
};

/** macOS can refuse links in the whole path (O_NOFOLLOW_ANY), others in its last part. */
const noLinks = process.platform === "darwin" ? 0x20000000 : (constants.O_NOFOLLOW ?? 0);

async function lookedAt(path: string, calls: SystemCalls): Promise<Stats> {
  const info = await calls.lstat(path);
  if (info?.isSymbolicLink() === true || (await calls.realpath(path)) !== path) throw new PathMoved();
  if (info === undefined) throw new PathMoved(); // it came between the two calls
  return info;
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}
