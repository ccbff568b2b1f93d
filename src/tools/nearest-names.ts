import type { Workspace } from "../protocol/workspace.ts";

const maxNames = 3;
const maxCompared = 2_000;

/** Paths of the same folder (or of the nearest one that exists) that look like the one that was asked for; best first. */
export async function nearestNames(path: string, workspace: Workspace): Promise<readonly string[]> {
  const slash = path.lastIndexOf("/");
  const folder = slash === -1 ? "." : path.slice(0, slash) || "/";
  const wanted = path.slice(slash + 1).toLowerCase();
  const entries = await workspace.readFolder(folder);
  if (entries === undefined) return folder === "." || folder === "/" ? [] : nearestNames(folder, workspace);
  return entries
    .slice(0, maxCompared)
    .map(({ name }) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.min(wanted.length, name.length) * 0.4))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, maxNames)
    .map(({ name }) => (slash === -1 ? name : `${path.slice(0, slash + 1)}${name}`));
}

/** How many letters to insert, drop or replace; the same name with another ending counts as near. */
function distanceOf(a: string, b: string): number {
  if (a.split(".")[0] === b.split(".")[0]) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (const [other, letterOfB] of [...b].entries()) {
      const replaced = (row[other] ?? 0) + (letter === letterOfB ? 0 : 1);
      next.push(Math.min(replaced, (row[other + 1] ?? 0) + 1, (next[other] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
