import { AgentError } from "../../protocol/agent-error.ts";
import type { Checkpoint, StepProblem, UndoReport, UndoRequest, WorkspaceTree } from "../../protocol/checkpoint.ts";
import type { Ledger } from "../../protocol/ledger.ts";
import { fileProblem, systemCodeOf } from "../local/file-problem.ts";
import { since, standingCalls } from "./choose-targets.ts";
import { compareSnapshots } from "./compare-snapshots.ts";
import { folderTimes } from "./folder-times.ts";
import { whyLeftOut } from "./left-out-text.ts";
import { planUndo, treeSteps, type ActionChanges, type UndoPlan } from "./plan-undo.ts";
import { sameContentIn } from "./same-content.ts";
import { newestWhole, type SnapshotStore } from "./snapshot-store.ts";
import type { Snapshot } from "./snapshot.ts";
import { takeSnapshot, type SnapshotLimits } from "./take-snapshot.ts";

export type UndoParts = {
  readonly sessionId: string;
  readonly tree: WorkspaceTree;
  readonly store: SnapshotStore;
  readonly ledger: Pick<Ledger, "checkpoints" | "openCheckpoint" | "closeCheckpoint">;
  readonly limits: SnapshotLimits;
  readonly newId: () => string;
};

/**
 * Takes back what calls changed, and keeps the state before it, so that it can be taken back itself. Killed in the middle
 * and asked again, it goes on. Throws `not-found` when what is needed is not kept any more, `lane-held` while a run is at
 * work in the session.
 */
export async function undoFiles(parts: UndoParts, request: UndoRequest, signal: AbortSignal): Promise<UndoReport> {
  try {
    return await undoFound(parts, request, signal);
  } catch (error) {
    if (systemCodeOf(error) === "") throw error;
    throw fileProblem("keep what is there now in", parts.store.folder, error);
  }
}

async function undoFound(parts: UndoParts, request: UndoRequest, signal: AbortSignal): Promise<UndoReport> {
  const rows = await parts.ledger.checkpoints({ sessionId: parts.sessionId });
  const candidates = candidatesFor(rows, request);
  if (candidates.length === 0) return nothing;
  const now = await stateNow(parts, candidates, signal);
  const targets = targetsAmong(candidates, { request, parts, now });
  if (targets.length === 0) return nothing;
  const actions = targets.map(({ action }) => action);
  const sameContent = sameContentIn(parts.store.contents);
  const plan = planUndo(actions, now, { onConflict: request.onConflict, sameContent });
  const labels = targets.map(({ row }) => row.label);
  const lost = [...plan.lost, ...neverKept(actions, now)];
  if (plan.conflicts.length > 0 && request.onConflict === "stop") {
    return { status: "conflict", labels, restored: [], removed: [], conflicts: plan.conflicts, lost };
  }
  const id = parts.newId();
  const row = { id, sessionId: parts.sessionId, runId: undefined, callId: undefined, kind: "undo" } as const;
  const undoes = targets.map((target) => target.row.id);
  const label = `undo of ${labels.length === 1 ? labels[0] : `${labels.length} calls`}`;
  await parts.ledger.openCheckpoint({ ...row, root: parts.tree.root, label, before: now.id, undoes });
  const problems = await carryOut(plan, { parts, actions, now });
  const isDone = !problems.some(({ isPassing }) => isPassing === true);
  if (isDone) await close(id, { parts, now }); // one that is not done counts for nothing, so that it can be repeated
  const done = (isWanted: boolean): readonly string[] => pathsOf(plan, isWanted, problems);
  return {
    status: isDone ? "undone" : "unfinished",
    labels,
    ...(isDone ? { checkpointId: id } : {}),
    restored: done(true),
    removed: done(false),
    conflicts: plan.conflicts,
    lost: [...lost, ...problems],
  };
}

const nothing: UndoReport = { status: "nothing", labels: [], restored: [], removed: [], conflicts: [], lost: [] };

function candidatesFor(rows: readonly Checkpoint[], { target }: UndoRequest): readonly Checkpoint[] {
  if ("since" in target) return since(rows, target.since);
  const mayHaveChanged = standingCalls(rows).filter(
    ({ after, changedFiles }) => after === undefined || changedFiles !== 0,
  );
  return "runId" in target ? mayHaveChanged.filter(({ runId }) => runId === target.runId) : mayHaveChanged;
}

/** The whole tree; only the paths in question where nothing else was ever kept of it. */
async function stateNow(parts: UndoParts, rows: readonly Checkpoint[], signal: AbortSignal): Promise<Snapshot> {
  const { tree, store, limits, newId } = parts;
  const request = { tree, store, previous: newestWhole(store), limits, newId };
  const whole = await takeSnapshot(request, signal);
  if (whole !== undefined) return whole;
  const paths = rows.flatMap(({ before }) => store.read(before)?.paths ?? []);
  const some = await takeSnapshot({ ...request, paths: [...new Set(paths)] }, signal);
  if (some !== undefined && paths.length > 0) return some;
  throw new AgentError("file-failed", `${tree.root} holds more than ${limits.maxEntries} names: too many for an undo.`);
}

type Target = { readonly row: Checkpoint; readonly action: ActionChanges };
type Choosing = { readonly request: UndoRequest; readonly parts: UndoParts; readonly now: Snapshot };

/** Of the last call only the first that changed something; an open one is compared with what is there now. */
function targetsAmong(rows: readonly Checkpoint[], { request, parts, now }: Choosing): readonly Target[] {
  const isLast = "last" in request.target;
  const found: Target[] = [];
  for (const row of rows) {
    const action = changesOf(row, parts, now);
    if (action.changes.length === 0) continue;
    found.push({ row, action });
    if (isLast) break;
  }
  return found;
}

function changesOf(row: Checkpoint, { store }: UndoParts, now: Snapshot): ActionChanges {
  const before = kept(row, store.read(row.before));
  const after = row.after === undefined ? limitedTo(before, now) : kept(row, store.read(row.after));
  const changes = compareSnapshots(before, after, sameContentIn(store.contents));
  return { before, changes, isSure: row.after !== undefined };
}

function limitedTo(before: Snapshot, now: Snapshot): Snapshot {
  const { paths } = before;
  if (paths === undefined) return now;
  const isWanted = (path: string): boolean =>
    paths.some((wanted) => wanted === path || wanted.startsWith(`${path}/`)) || path === "";
  return { ...now, entries: new Map([...now.entries].filter(([path]) => isWanted(path))) };
}

function kept(row: Checkpoint, snapshot: Snapshot | undefined): Snapshot {
  if (snapshot !== undefined) return snapshot;
  throw new AgentError("not-found", `The checkpoint ${row.id} (${row.label}) is not kept any more.`);
}

/** What was left out from the beginning and is not there any more. */
function neverKept(actions: readonly ActionChanges[], now: Snapshot): readonly StepProblem[] {
  const there = new Set(now.leftOut.map(({ path }) => path));
  const gone = actions
    .flatMap(({ before }) => before.leftOut)
    .filter(({ path, why }) => why !== "too-large" && why !== "too-much" && !there.has(path) && !now.entries.has(path));
  const reasons = new Map(gone.map(({ path, why }) => [path, `it was not protected: ${whyLeftOut(why)}`]));
  return [...reasons].map(([path, why]) => ({ path, why }));
}

type Carrying = { readonly parts: UndoParts; readonly actions: readonly ActionChanges[]; readonly now: Snapshot };

function carryOut(plan: UndoPlan, { parts, actions, now }: Carrying): Promise<readonly StepProblem[]> {
  const steps = treeSteps(plan.steps, (hash) => parts.store.contents.read(hash));
  const oldest = actions.at(-1)?.before;
  const times = oldest === undefined ? [] : folderTimes(plan.steps, oldest, now);
  return parts.tree.change([...steps, ...times]);
}

async function close(id: string, { parts, now }: { readonly parts: UndoParts; readonly now: Snapshot }): Promise<void> {
  const { tree, store, limits, newId, ledger } = parts;
  const scope = now.paths === undefined ? {} : { paths: now.paths };
  const request = { tree, store, previous: now, limits, newId, ...scope };
  const after = await takeSnapshot(request, new AbortController().signal);
  if (after === undefined) return;
  const changes = compareSnapshots(now, after, sameContentIn(store.contents));
  await ledger.closeCheckpoint(id, { after: after.id, changedFiles: changes.length });
}

function pathsOf({ steps }: UndoPlan, isMade: boolean, problems: readonly StepProblem[]): readonly string[] {
  const failed = new Set(problems.map(({ path }) => path));
  const made = new Set(steps.flatMap(({ path, then }) => (then === undefined ? [] : [path])));
  const chosen = steps.filter(({ path, then }) => (then !== undefined) === isMade && (isMade || !made.has(path)));
  return chosen
    .map(({ path }) => (path === "" ? "." : path))
    .filter((path) => !failed.has(path))
    .toSorted();
}
