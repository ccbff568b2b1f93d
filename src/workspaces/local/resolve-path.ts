import { lstat, readlink, realpath } from "node:fs/promises";
import { AgentError } from "../../protocol/agent-error.ts";
import { isMissing } from "./file-problem.ts";

const maxLinks = 40; // as many as Linux follows

/** Absolute, but not yet free of `..` and links. Joined as text: only the file system knows what `link/..` is. */
export function absolutePath(path: string, place: { readonly root: string; readonly home: string }): string {
  if (path === "~" || path.startsWith("~/")) return place.home + path.slice(1);
  return path.startsWith("/") ? path : `${place.root}/${path}`;
}

/** Walks an absolute path as the system would, also beyond the last part that exists. */
export async function resolvePath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return walk(path);
  }
}

async function walk(path: string): Promise<string> {
  const ahead = path.split("/").toReversed();
  let resolved = "";
  let links = 0;
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      resolved = resolved.slice(0, Math.max(0, resolved.lastIndexOf("/")));
      continue;
    }
    const target = await linkTarget(`${resolved}/${part}`);
    if (target === undefined) {
      resolved += `/${part}`;
      continue;
    }
    links += 1;
    if (links > maxLinks) throw new AgentError("file-failed", `The symbolic links of ${path} lead in a circle.`);
    if (target.startsWith("/")) resolved = "";
    ahead.push(...target.split("/").toReversed());
  }
  return resolved === "" ? "/" : resolved;
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
