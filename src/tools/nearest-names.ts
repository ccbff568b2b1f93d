import { editDistance } from "../lib/edit-distance.ts";
import type { Workspace } from "../protocol/workspace.ts";
import { unlessRefused } from "./unless-refused.ts";

const maxNames = 3;
const maxCompared = 2_000;

/** Paths of the same folder (or of the nearest one that exists) that look like the one that was asked for; best first. */
export async function nearestNames(path: string, workspace: Workspace): Promise<readonly string[]> {
  const slash = path.lastIndexOf("/");
  const folder = slash === -1 ? "." : path.slice(0, slash) || "/";
  const wanted = path.slice(slash + 1).toLowerCase();
  const entries = await unlessRefused(workspace.readFolder(folder));
  if (entries === "refused") return [];
  if (entries === undefined) return folder === "." || folder === "/" ? [] : nearestNames(folder, workspace);
  return entries
    .slice(0, maxCompared)
    .map(({ name }) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.min(wanted.length, name.length) * 0.4))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, maxNames)
    .map(({ name }) => (slash === -1 ? name : `${path.slice(0, slash + 1)}${name}`));
}

/** The same name with another ending counts as near. */
function distanceOf(a: string, b: string): number {
  return a.split(".")[0] === b.split(".")[0] ? 1 : editDistance(a, b);
}
