import { hash } from "node:crypto";
import type { FileStat } from "../protocol/workspace.ts";

/** What a file was when this session last saw it. `hash` is missing for files that were only read in part. */
type Seen = { readonly size: number; readonly modifiedMs: number; readonly hash: string | undefined };

/** Which files a session has read or written, so that it does not overwrite what it has not seen. Keys are resolved paths. */
export class FileKnowledge {
  readonly #seen = new Map<string, Seen>();

  note(path: string, info: FileStat, content: Uint8Array | undefined): void {
    this.#seen.set(path, {
      size: info.size,
      modifiedMs: info.modifiedMs,
      hash: content === undefined ? undefined : hashOf(content),
    });
  }

  forget(path: string): void {
    this.#seen.delete(path);
  }

  /** `changed`: something else wrote it since. The same content with a new date is not a change. */
  stateOf(path: string, info: FileStat, content: Uint8Array): "known" | "changed" | "unseen" {
    const seen = this.#seen.get(path);
    if (seen === undefined) return "unseen";
    if (seen.hash !== undefined) return seen.hash === hashOf(content) ? "known" : "changed";
    return seen.size === info.size && seen.modifiedMs === info.modifiedMs ? "known" : "changed";
  }
}

function hashOf(content: Uint8Array): string {
  return hash("sha256", content, "base64");
}
