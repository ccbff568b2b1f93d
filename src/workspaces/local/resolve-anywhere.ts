import { resolvePath } from "./resolve-path.ts";
import { pooledCalls } from "./system-calls.ts";

/** Where an absolute path leads, without links, also beyond the last part that exists. */
export function resolveAnywhere(path: string): Promise<string> {
  return resolvePath(path, { root: "/", calls: { inside: pooledCalls, elsewhere: pooledCalls } });
}
