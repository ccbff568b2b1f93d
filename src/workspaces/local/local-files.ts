import type { Dirent, Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FileStat, FolderEntry, PlannedPath, WorkspaceFiles } from "../../protocol/workspace.ts";
import { readContent, replaceContent, type ByteRange } from "./file-content.ts";
import { fileProblem, isMissing, systemCodeOf } from "./file-problem.ts";
import { hasOtherNames, plannedFor, whyNotContent, whyOutOfReach, type FileReach } from "./file-reach.ts";
import { PathMoved, type HeldPath, type HoldPath } from "./held-path.ts";
import { absolutePath, isWithin, resolvePath } from "./resolve-path.ts";
import { pooledCalls, type SystemCalls } from "./system-calls.ts";

/** Others may be at work in the same folders: what was moved while it was looked at is looked at anew. */
const maxTries = 3;
/** Of a longer list this thread does not look at each entry itself. */
const immediateEntries = 256;

export type LocalFilesOptions = {
  readonly reach: FileReach;
  readonly home: string;
  readonly hold: HoldPath;
  /** For what lies in the root. Anything else may be on a network, and waits in the thread pool. */
  readonly calls: SystemCalls;
};

/** The files of this machine, as this user. What is opened is compared with what was resolved, and only then used. */
export class LocalFiles implements WorkspaceFiles {
  readonly #options: LocalFilesOptions;

  constructor(options: LocalFilesOptions) {
    this.#options = options;
  }

  permitting(plan: readonly PlannedPath[]): LocalFiles {
    const { reach } = this.#options;
    return new LocalFiles({ ...this.#options, reach: { root: reach.root, plan: [...reach.plan, ...plan] } });
  }

  async resolve(path: string): Promise<string> {
    try {
      return await this.#resolve(path);
    } catch (error) {
      throw fileProblem("find", path, error);
    }
  }

  plan(paths: readonly string[]): Promise<readonly PlannedPath[]> {
    return Promise.all(paths.map((path) => this.#plan(path)));
  }

  async stat(path: string): Promise<FileStat | undefined> {
    return this.#ifThere("look at", path, async (resolved) => {
      await using held = await this.#hold(resolved);
      return fileStat(held.info);
    });
  }

  async readFolder(path: string): Promise<readonly FolderEntry[] | undefined> {
    return this.#ifThere("list", path, async (resolved) => {
      await using folder = await this.#hold(resolved);
      const names = await this.#callsFor(resolved).readdir(folder.entry("."));
      const calls = names.length > immediateEntries ? pooledCalls : this.#callsFor(resolved);
      const entries = await Promise.all(names.map((entry) => this.#entry(folder, entry, calls)));
      await folder.confirm();
      return entries.filter((entry) => entry !== undefined).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  async readFile(path: string, range?: ByteRange): Promise<Uint8Array | undefined> {
    return this.#ifThere("read", path, async (resolved) => {
      await using file = await this.#hold(resolved);
      refuse(whyNotContent(resolved, file.info, this.#options.reach));
      return await readContent(file, range, this.#callsFor(resolved));
    });
  }

  /** Through a link, its target changes. */
  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    await this.#act({ name: "write", path }, async (resolved) => {
      if (resolved === "/") throw new Error("it is a folder, not a file");
      const calls = this.#callsFor(resolved);
      await using folder = await this.#makeFolder(dirname(resolved));
      const name = basename(resolved);
      const before = await calls.lstat(folder.entry(name));
      if (before?.isSymbolicLink() === true) throw new PathMoved();
      if (before !== undefined) refuse(whyNotContent(resolved, before, this.#options.reach));
      await replaceContent(folder, { name, bytes, before }, calls);
    });
  }

  async removeFile(path: string): Promise<void> {
    await this.#act({ name: "remove", path, resolve: () => this.#resolveName(path) }, async (resolved) => {
      await using folder = await this.#hold(dirname(resolved));
      await folder.confirm();
      await this.#callsFor(resolved).unlink(folder.entry(basename(resolved)));
    });
  }

  async #plan(path: string): Promise<PlannedPath> {
    try {
      const resolved = await this.#resolve(path);
      const info = await this.#callsFor(resolved).lstat(resolved);
      return { path, resolved, hasOtherNames: info !== undefined && hasOtherNames(resolved, info) };
    } catch (error) {
      throw fileProblem("find", path, error);
    }
  }

  #resolve(path: string): Promise<string> {
    const { reach, home, calls } = this.#options;
    const planned = plannedFor(path, reach);
    if (planned !== undefined) return Promise.resolve(planned.resolved);
    const { root } = reach;
    const from = { root, calls: { inside: calls, elsewhere: pooledCalls } };
    return resolvePath(absolutePath(path, { root, home }), from);
  }

  /** The path of the name itself: a link in its last part is not followed. */
  async #resolveName(path: string): Promise<string> {
    const { reach, home } = this.#options;
    const planned = plannedFor(path, reach);
    if (planned !== undefined) return planned.resolved;
    const absolute = absolutePath(path, { root: reach.root, home });
    return join(await this.#resolve(dirname(absolute)), basename(absolute));
  }

  /** `undefined` when what it is about does not exist. */
  async #ifThere<T>(name: string, path: string, use: (resolved: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#tried({ name, path }, use);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw fileProblem(name, path, error);
    }
  }

  async #act(act: Act, use: (resolved: string) => Promise<void>): Promise<void> {
    try {
      await this.#tried(act, use);
    } catch (error) {
      throw fileProblem(act.name, act.path, error);
    }
  }

  async #tried<T>({ path, resolve }: Act, use: (resolved: string) => Promise<T>): Promise<T> {
    for (let left = maxTries - 1; ; left -= 1) {
      try {
        const resolved = await (resolve === undefined ? this.#resolve(path) : resolve());
        refuse(whyOutOfReach(resolved, this.#options.reach));
        return await use(resolved);
      } catch (error) {
        if (left === 0 || !(error instanceof PathMoved)) throw error;
      }
    }
  }

  #callsFor(resolved: string): SystemCalls {
    return isWithin(resolved, this.#options.reach.root) ? this.#options.calls : pooledCalls;
  }

  #hold(resolved: string): Promise<HeldPath> {
    return this.#options.hold(resolved, this.#callsFor(resolved));
  }

  async #makeFolder(path: string): Promise<HeldPath> {
    const folder = await this.#holdOrMake(path);
    if (folder.info.isDirectory()) return folder;
    await folder[Symbol.asyncDispose]();
    throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
  }

  async #holdOrMake(path: string): Promise<HeldPath> {
    try {
      return await this.#hold(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    if (path === this.#options.reach.root) throw new Error("the working folder is gone");
    await using above = await this.#makeFolder(dirname(path));
    await makeOne(above.entry(basename(path)), this.#callsFor(path));
    return await this.#hold(path);
  }

  /** `undefined` for what vanished meanwhile; a name that is not UTF-8 cannot be asked for, but it is there. */
  async #entry(folder: HeldPath, entry: Dirent, calls: SystemCalls): Promise<FolderEntry | undefined> {
    const { name } = entry;
    const isLink = entry.isSymbolicLink();
    const target = isLink ? await this.#targetOf(`${folder.path}/${name}`) : undefined;
    if (target !== undefined) return { name, isLink, ...target };
    const info = await calls.lstat(folder.entry(name));
    if (info !== undefined) return { name, isLink, ...fileStat(info) };
    return name.includes("\uFFFD") ? { name, isLink, kind: "other", size: 0, modifiedMs: 0 } : undefined;
  }

  async #targetOf(link: string): Promise<FileStat | undefined> {
    try {
      return await this.stat(link);
    } catch {
      return undefined; // in a circle, or out of reach: what the link itself is can still be told
    }
  }
}

type Act = {
  readonly name: string;
  readonly path: string;
  /** Otherwise every link is followed. */
  readonly resolve?: () => Promise<string>;
};

async function makeOne(path: string, calls: SystemCalls): Promise<void> {
  try {
    await calls.mkdir(path);
  } catch (error) {
    if (systemCodeOf(error) !== "EEXIST") throw error; // somebody else made it; whether it is a folder is looked at next
  }
}

function refuse(why: string | undefined): void {
  if (why !== undefined) throw new Error(why);
}

function fileStat(info: Stats): FileStat {
  const kind = info.isFile() ? "file" : info.isDirectory() ? "folder" : "other";
  return { kind, size: info.size, modifiedMs: info.mtimeMs };
}
