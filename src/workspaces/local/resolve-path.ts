import { AgentError } from "../../protocol/agent-error.ts";
import { isMissing } from "./file-problem.ts";
import type { SystemCalls } from "./system-calls.ts";

const maxLinks = 40; // as many as Linux follows

/** Absolute, but not yet free of `..` and links. Joined as text: only the file system knows what `link/..` is. */
export function absolutePath(path: string, place: { readonly root: string; readonly home: string }): string {
  if (path === "~" || path.startsWith("~/")) return place.home + path.slice(1);
  return path.startsWith("/") ? path : `${place.root}/${path}`;
}

/** Both absolute and without links. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

export type WalkFrom = {
  /** A folder whose path has no links: what begins with it is walked from there. */
  readonly root: string;
  /** For names that lie in the root and were reached without a link, and for everything else. */
  readonly calls: { readonly inside: SystemCalls; readonly elsewhere: SystemCalls };
};

/** Walks an absolute path as the system would, also beyond the last part that exists. */
export async function resolvePath(path: string, from: WalkFrom): Promise<string> {
  const { inside, elsewhere } = from.calls;
  const isStepwise = inside !== elsewhere && isWithin(path, from.root);
  return (isStepwise ? undefined : await realPath(path, elsewhere)) ?? walk(path, from);
}

/** One call, for what cannot be had in this thread. `undefined` when a part is missing. */
async function realPath(path: string, calls: SystemCalls): Promise<string | undefined> {
  try {
    return await calls.realpath(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function walk(path: string, from: WalkFrom): Promise<string> {
  let { resolved, ahead } = startOf(path, from.root);
  let links = 0;
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    const next = stepped(resolved, part);
    const target = next.length > resolved.length ? await linkTarget(next, links === 0, from) : undefined;
    if (target === undefined) {
      resolved = next;
      continue;
    }
    links += 1;
    if (links > maxLinks) throw new AgentError("file-failed", `The symbolic links of ${path} lead in a circle.`);
    if (target.startsWith("/")) resolved = "";
    ahead = [...ahead, ...target.split("/").toReversed()];
  }
  return resolved === "" ? "/" : resolved;
}

/** `ahead`: the parts still to be walked, the next one last. */
function startOf(path: string, root: string): { readonly resolved: string; readonly ahead: string[] } {
  const isFromRoot = isWithin(path, root) && root !== "/";
  const rest = isFromRoot ? path.slice(root.length) : path;
  return { resolved: isFromRoot ? root : "", ahead: rest.split("/").toReversed() };
}

function stepped(resolved: string, part: string): string {
  if (part === "" || part === ".") return resolved;
  return part === ".." ? resolved.slice(0, Math.max(0, resolved.lastIndexOf("/"))) : `${resolved}/${part}`;
}

/** `undefined` for what is no link, or not there. */
async function linkTarget(path: string, isDirect: boolean, { root, calls }: WalkFrom): Promise<string | undefined> {
  const system = isDirect && isWithin(path, root) ? calls.inside : calls.elsewhere;
  return (await system.lstat(path))?.isSymbolicLink() === true ? await system.readlink(path) : undefined;
}
