import { existsSync, type Stats } from "node:fs";
import type { PlannedPath } from "../../protocol/workspace.ts";
import { isWithin } from "./resolve-path.ts";

/** What file operations may touch: the root, and what a judged plan names. */
export type FileReach = { readonly root: string; readonly plan: readonly PlannedPath[] };

/** Package managers and git link the files of these folders to a store of their own. */
const storeFolder = /\/(node_modules|\.venv|venv|site-packages|\.git\/objects)\//;

/** The entry of the plan that a path, as written or resolved, is in. */
export function plannedFor(path: string, { plan }: FileReach): PlannedPath | undefined {
  return plan.find((planned) => planned.path === path) ?? plan.find((planned) => planned.resolved === path);
}

/** Whether a path without links may be touched: why not, as the end of a sentence. */
export function whyOutOfReach(resolved: string, { root, plan }: FileReach): string | undefined {
  if (isOwnProcess(resolved)) return "it is about Hermes itself, with its memory, its environment and its open files";
  if (isWithin(resolved, root) || plan.some((planned) => isWithin(resolved, planned.resolved))) return undefined;
  return `it leads to ${resolved}, outside the working folder ${root}`;
}

/** `/proc/N` for this process, and for each of its threads, which has everything of it too. */
function isOwnProcess(resolved: string): boolean {
  const [, id] = /^\/proc\/(\d+)(?:\/|$)/.exec(resolved) ?? [];
  return id !== undefined && existsSync(`/proc/self/task/${id}`);
}

/** See `PlannedPath.hasOtherNames`. */
export function hasOtherNames(resolved: string, info: Stats): boolean {
  return info.isFile() && info.nlink > 1 && !storeFolder.test(resolved);
}

/** Why the content of this file may not be touched, as the end of a sentence. */
export function whyNotContent(resolved: string, info: Stats, { plan }: FileReach): string | undefined {
  if (info.isDirectory()) return "it is a folder, not a file";
  if (!info.isFile()) return "it is a pipe, a socket or a device, not a file";
  if (!hasOtherNames(resolved, info)) return undefined;
  if (plan.some((planned) => planned.hasOtherNames && planned.resolved === resolved)) return undefined;
  return `it has ${info.nlink} names (hard links), and another one may be a file outside the working folder`;
}
