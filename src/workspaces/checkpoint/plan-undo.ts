import type { StepProblem, TreeStep } from "../../protocol/checkpoint.ts";
import { isSameState, type Change, type SameContent } from "./compare-snapshots.ts";
import type { Snapshot, SnapshotEntry } from "./snapshot.ts";

/** What one call changed. `isSure: false`: its end was not seen, so a person may have changed some of it. */
export type ActionChanges = {
  readonly before: Snapshot;
  readonly changes: readonly Change[];
  readonly isSure: boolean;
};

export type UndoPlan = {
  /** In the order in which they are to be done. */
  readonly steps: readonly PlannedStep[];
  readonly conflicts: readonly StepProblem[];
  readonly lost: readonly StepProblem[];
};

export type PlannedStep = {
  readonly path: string;
  readonly now: SnapshotEntry | undefined;
  readonly then: SnapshotEntry | undefined;
};

export type PlanOptions = {
  readonly onConflict: "stop" | "overwrite" | "keep";
  readonly sameContent: SameContent;
};

const changedSince = "changed since, and not by what is taken back";
const unsure = "changed, and nobody saw whether by this call or by you";

/**
 * Takes actions back, the newest first, beginning from what is there now: a path goes back only as long as it is what
 * the action left. Everything else is a conflict, by path. Pure.
 */
export function planUndo(actions: readonly ActionChanges[], now: Snapshot, options: PlanOptions): UndoPlan {
  const states = new Map<string, SnapshotEntry | undefined>();
  const conflicts = new Map<string, string>();
  const at = (path: string): SnapshotEntry | undefined => (states.has(path) ? states.get(path) : now.entries.get(path));
  const goBack = (change: Change, isSure: boolean): void => {
    const { path, before, after } = change;
    const state = at(path);
    const same = (one: SnapshotEntry | undefined): boolean => isSameState(path, [state, one], options.sameContent);
    if (same(before)) return;
    const isOurs = (same(after) && (isSure || state === undefined)) || isHalfMade(state, change);
    if (!isOurs) conflicts.set(path, same(after) ? unsure : changedSince);
    if (isOurs || options.onConflict === "overwrite") states.set(path, before);
  };
  for (const { before, changes, isSure } of actions) {
    for (const change of changes) {
      const isSettled = conflicts.has(change.path) && options.onConflict !== "overwrite";
      if (!isSettled && !isAppendOnly(change, before)) goBack(change, isSure);
    }
  }
  const steps = [...states]
    .map(([path, then]) => ({ path, now: now.entries.get(path), then }))
    .filter(({ path, now: state, then }) => !isSameState(path, [state, then], options.sameContent));
  return ordered(withoutObstacles(steps, now, conflicts), conflicts);
}

/** A folder that a killed undo made and still had to fill; the root, which a person makes again to stand in it. */
function isHalfMade(state: SnapshotEntry | undefined, { path, before, after }: Change): boolean {
  if (state?.kind !== "folder" || before?.kind !== "folder" || after !== undefined) return false;
  return path === "" || state.mode === (before.mode | 0o700);
}

/** Objects of git are only added: later commits of a person may need what a call added. */
function isAppendOnly({ path, before: entry }: Change, before: Snapshot): boolean {
  const [, repository] = /^((?:.*\/)?\.git)\/(?:.+\/)?objects(?:\/|$)/.exec(path) ?? [];
  return entry === undefined && repository !== undefined && before.entries.has(repository);
}

/** What cannot be done because something else stands in its way becomes a conflict. */
function withoutObstacles(
  steps: readonly PlannedStep[],
  now: Snapshot,
  conflicts: Map<string, string>,
): readonly PlannedStep[] {
  const target = new Map(steps.map((step) => [step.path, step.then]));
  const kindAt = (path: string) => (target.has(path) ? target.get(path) : now.entries.get(path))?.kind;
  const kept = keptFolders(target, now);
  return steps.filter(({ path, now: state, then }) => {
    if (state?.kind === "folder" && then?.kind !== "folder" && kept.has(path)) {
      if (then !== undefined) conflicts.set(path, "it is a folder now that holds files which are not the agent's");
      return false;
    }
    const parent = parentOf(path);
    const isBlocked = then !== undefined && path !== "" && parent !== "" && kindAt(parent) !== "folder";
    if (isBlocked) conflicts.set(path, `the folder ${parent} is not there any more, or is something else`);
    return !isBlocked;
  });
}

/** Folders that hold something that stays. */
function keptFolders(target: ReadonlyMap<string, SnapshotEntry | undefined>, now: Snapshot): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const path of now.entries.keys()) {
    if (target.has(path) && target.get(path) === undefined) continue;
    for (let parent = parentOf(path); parent !== "" && !kept.has(parent); parent = parentOf(parent)) kept.add(parent);
  }
  return kept;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function ordered(steps: readonly PlannedStep[], conflicts: ReadonlyMap<string, string>): UndoPlan {
  const isGone = ({ now, then }: PlannedStep): boolean => now !== undefined && now.kind !== then?.kind;
  const byPath = steps.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const lost = byPath.flatMap(({ path, then }) => problemOf(path, then));
  const lostPaths = new Set(lost.map(({ path }) => path));
  const possible = byPath.filter(({ path }) => !lostPaths.has(path));
  const removals = possible.filter(isGone).map((step) => ({ ...step, then: undefined }));
  const makings = possible
    .filter(({ then }) => then !== undefined)
    .map((step) => (isGone(step) ? { ...step, now: undefined } : step));
  return {
    steps: [...removals.toReversed(), ...makings],
    conflicts: [...conflicts].map(([path, why]) => ({ path, why })).toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    lost,
  };
}

function problemOf(path: string, then: SnapshotEntry | undefined): readonly StepProblem[] {
  if (then?.kind === "other") return [{ path, why: "it was a pipe, a socket or a device" }];
  if (then?.kind === "file" && then.hash === undefined) return [{ path, why: "it was not protected" }];
  return [];
}

/** Steps for a tree; contents are fetched when their turn comes. */
export function treeSteps(steps: readonly PlannedStep[], contentOf: (hash: string) => Uint8Array): readonly TreeStep[] {
  return steps.map(({ path, now, then }) => {
    if (then === undefined) return { act: "remove", path, seen: now };
    const { hash } = then;
    const bytes = hash === undefined ? {} : { bytes: () => contentOf(hash) };
    return { act: "make", path, seen: now, entry: then, ...bytes };
  });
}
