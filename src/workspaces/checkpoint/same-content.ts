import { AgentError } from "../../protocol/agent-error.ts";
import type { SameContent } from "./compare-snapshots.ts";
import { isGitIndex, stagedDigest } from "./git-index.ts";
import type { PackStore } from "./pack-store.ts";

/** Different bytes that mean the same: the index of git, whose file times change by looking. */
export function sameContentIn(contents: PackStore): SameContent {
  const stagedIn = (hash: string): string | undefined => {
    try {
      return stagedDigest(contents.read(hash));
    } catch (error) {
      if (error instanceof AgentError) return undefined; // not kept any more: then only the bytes can be compared
      throw error;
    }
  };
  return (path, one, other) => {
    if (!isGitIndex(path)) return false;
    const staged = stagedIn(one);
    return staged !== undefined && staged === stagedIn(other);
  };
}
