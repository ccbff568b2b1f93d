import { closeSync, constants, existsSync, lstatSync, openSync } from "node:fs";
import { AgentError } from "../../protocol/agent-error.ts";

const maxOpen = 64;
const openFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Leads to names below a root without ever following a link: each folder on the way is opened from the one above it, and
 * the name is reached through that open folder. Where the system cannot do that, each folder is looked at just before.
 */
export class FolderHandles implements Disposable {
  readonly #root: string;
  readonly #open = new Map<string, number>();
  readonly #hasDescriptors = existsSync("/proc/self/fd");

  constructor(root: string) {
    this.#root = root;
  }

  /** A path for system calls, good until the next call. Throws when a folder on the way is missing or a link. */
  place(path: string): string {
    if (path === "") return this.#root;
    const at = path.lastIndexOf("/");
    const name = path.slice(at + 1);
    if (name === "" || name === "." || name === "..") throw notInside(path);
    return `${this.#folder(at === -1 ? "" : path.slice(0, at))}/${name}`;
  }

  /** Lets go of a folder that is about to be removed, and of all below it. */
  forget(path: string): void {
    for (const [folder, handle] of this.#open) {
      if (folder !== path && !folder.startsWith(`${path}/`)) continue;
      closeSync(handle);
      this.#open.delete(folder);
    }
  }

  [Symbol.dispose](): void {
    for (const handle of this.#open.values()) closeSync(handle);
    this.#open.clear();
  }

  #folder(path: string): string {
    if (!this.#hasDescriptors) return this.#checkedFolder(path);
    const known = this.#open.get(path);
    if (known !== undefined) return `/proc/self/fd/${known}`;
    const handle = openSync(path === "" ? this.#root : this.place(path), openFlags);
    if (this.#open.size >= maxOpen) this[Symbol.dispose](); // a place is used before the next one is asked for
    this.#open.set(path, handle);
    return `/proc/self/fd/${handle}`;
  }

  #checkedFolder(path: string): string {
    const parts = path === "" ? [] : path.split("/");
    for (let count = 0; count <= parts.length; count++) {
      const folder = [this.#root, ...parts.slice(0, count)].join("/");
      if (!lstatSync(folder).isDirectory()) throw notInside(folder);
    }
    return [this.#root, ...parts].join("/");
  }
}

function notInside(path: string): AgentError {
  return new AgentError("file-failed", `${JSON.stringify(path)} does not lead to a place in the working folder`);
}
