import { oneLine } from "../../lib/one-line.ts";
import type { Change } from "./compare-snapshots.ts";

const maxNames = 8;
const maxNameCharacters = 120;

/** What changed, by kind; folders only where they are all that changed. */
export type ChangedPaths = {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
};

/** Without the inside of `.git`: what it says can be asked of git. */
export function changedPaths(changes: readonly Change[]): ChangedPaths {
  const parents = parentsOf(changes);
  const told = changes.filter(({ path, before, after }) => {
    const isFolder = (after ?? before)?.kind === "folder";
    return path !== "" && !/(^|\/)\.git(\/|$)/.test(path) && !(isFolder && parents.has(path));
  });
  const pathsOf = (isWanted: (change: Change) => boolean): readonly string[] =>
    told.filter(isWanted).map(({ path }) => path);
  return {
    added: pathsOf(({ before }) => before === undefined),
    changed: pathsOf(({ before, after }) => before !== undefined && after !== undefined),
    removed: pathsOf(({ after }) => after === undefined),
  };
}

function parentsOf(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(changes.map(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf("/")))));
}

/** One line for the model, at most some names; empty when there is nothing to tell. */
export function changedLine(paths: ChangedPaths): string {
  const all = [
    ...paths.changed,
    ...paths.added.map((path) => `${path} (new)`),
    ...paths.removed.map((path) => `${path} (gone)`),
  ];
  if (all.length === 0) return "";
  const shown = all.slice(0, maxNames).map((name) => cut(oneLine(name)));
  const rest = all.length > maxNames ? ` (+${all.length - maxNames})` : "";
  return `\n[changed: ${shown.join(", ")}${rest}]`;
}

function cut(name: string): string {
  return name.length <= maxNameCharacters ? name : `…${name.slice(name.length - maxNameCharacters + 1)}`;
}
