import type { TreeStep } from "../../protocol/checkpoint.ts";
import type { PlannedStep } from "./plan-undo.ts";
import type { Snapshot } from "./snapshot.ts";

/** Folders in which something is put back get the times they had; those that are made anew have them already. */
export function folderTimes(steps: readonly PlannedStep[], before: Snapshot, now: Snapshot): readonly TreeStep[] {
  const planned = new Set(steps.map(({ path }) => path));
  const parents = new Set(steps.map(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf("/")))));
  return [...parents].toSorted().flatMap((path) => {
    const [then, seen] = [before.entries.get(path), now.entries.get(path)];
    if (planned.has(path) || then?.kind !== "folder" || seen?.kind !== "folder") return [];
    return [{ act: "make", path, seen, entry: { ...then, mode: seen.mode } }];
  });
}
