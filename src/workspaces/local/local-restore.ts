import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { AgentError } from "../../protocol/agent-error.ts";
import type { StepProblem, TreeEntry, TreeStep } from "../../protocol/checkpoint.ts";
import { isUntouched } from "../checkpoint/snapshot.ts";
import { fileProblem, systemCodeOf } from "./file-problem.ts";
import { FolderHandles } from "./folder-handles.ts";
import { entryOf } from "./tree-entry.ts";

const sliceSteps = 200;
const remnant = /^\.hermes-undo-[0-9a-f]{16}\.tmp$/;
const ownerMayAll = 0o700;

/** What a killed undo may leave beside a file; the next undo of that file replaces it. */
export function isRestoreRemnant(name: string): boolean {
  return remnant.test(name);
}

/** Folders get their mode and times last: one that may not be written must be filled first. */
export async function changeTree(root: string, steps: readonly TreeStep[]): Promise<readonly StepProblem[]> {
  const problems: StepProblem[] = [];
  mkdirSync(root, { recursive: true });
  using folders = new FolderHandles(root);
  const attempt = (path: string, act: () => void): void => {
    try {
      act();
    } catch (error) {
      problems.push(problemOf(path, error));
    }
  };
  for (const [index, step] of steps.entries()) {
    if (index % sliceSteps === sliceSteps - 1) await nextTurn();
    attempt(step.path, () => takeStep(step, folders));
  }
  const finished = steps
    .flatMap((step) => (step.act === "make" && step.entry.kind === "folder" ? [step] : []))
    .toSorted((one, other) => (one.path < other.path ? 1 : -1));
  for (const { path, entry } of finished) attempt(path, () => finishFolder(folders.place(path), entry));
  return problems;
}

function takeStep(step: TreeStep, folders: FolderHandles): void {
  if (step.path === "") return; // the root is made before anything else, and gets its mode at the end
  const place = folders.place(step.path);
  requireSeen(place, step.seen);
  if (step.act === "remove") {
    if (step.seen?.kind === "folder") {
      folders.forget(step.path);
      removeEmpty(place);
    } else if (step.seen !== undefined) unlinkSync(place);
    return;
  }
  const { entry, bytes, seen } = step;
  switch (entry.kind) {
    case "folder":
      if (seen === undefined) makeFolder(place, entry);
      return;
    case "link":
      makeLink(place, entry);
      return;
    case "file":
      if (bytes !== undefined) makeFile(place, entry, bytes());
      return;
    case "other":
      throw new AgentError("file-failed", "it was a pipe, a socket or a device, which cannot be made again");
  }
}

/** One that holds what is not the agent's stays. */
function removeEmpty(place: string): void {
  try {
    rmdirSync(place);
  } catch (error) {
    if (systemCodeOf(error) !== "ENOTEMPTY") throw error;
  }
}

/** The plan was made a moment ago: what somebody has changed since is not overwritten. */
function requireSeen(place: string, seen: TreeEntry | undefined): void {
  const info = lstatSync(place, { throwIfNoEntry: false });
  const now = info === undefined ? undefined : entryOf(place, info);
  const isFolder = seen?.kind === "folder" && now?.kind === "folder"; // its times change with every step in it
  const isAsSeen = seen === undefined || now === undefined ? seen === now : isFolder || isUntouched(seen, now);
  if (!isAsSeen) throw new AgentError("file-failed", "it was changed while this undo was at work");
}

/** Made beside, so that it never stands there with another mode than it is to have, as long as it can be filled so. */
function makeFolder(place: string, entry: TreeEntry): void {
  const beside = besideOf(place);
  rmSync(beside, { force: true, recursive: true });
  mkdirSync(beside, ownerMayAll);
  chmodSync(beside, entry.mode | ownerMayAll);
  renameSync(beside, place);
}

function makeFile(place: string, entry: TreeEntry, bytes: Uint8Array): void {
  const beside = besideOf(place);
  rmSync(beside, { force: true });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = openSync(beside, flags, 0o600);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    if (isSuperuser()) fchownSync(file, entry.userId, entry.groupId);
    fchmodSync(file, entry.mode);
    futimesSync(file, entry.modifiedMs / 1_000, entry.modifiedMs / 1_000);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(beside, place);
}

function makeLink(place: string, entry: TreeEntry): void {
  const beside = besideOf(place);
  rmSync(beside, { force: true });
  symlinkSync(entry.target ?? "", beside);
  if (isSuperuser()) lchownSync(beside, entry.userId, entry.groupId);
  lutimesSync(beside, entry.modifiedMs / 1_000, entry.modifiedMs / 1_000);
  renameSync(beside, place);
}

function finishFolder(place: string, entry: TreeEntry): void {
  const folder = openSync(place, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if (isSuperuser()) fchownSync(folder, entry.userId, entry.groupId);
    fchmodSync(folder, entry.mode);
    futimesSync(folder, entry.modifiedMs / 1_000, entry.modifiedMs / 1_000);
  } finally {
    closeSync(folder);
  }
}

/** The same name each time, so that a repeated undo replaces what a killed one left. */
function besideOf(place: string): string {
  const name = createHash("sha256")
    .update(place.slice(place.lastIndexOf("/") + 1))
    .digest("hex")
    .slice(0, 16);
  return `${dirname(place)}/.hermes-undo-${name}.tmp`;
}

function isSuperuser(): boolean {
  return process.getuid?.() === 0;
}

/** Only a content that is missing or damaged stays so. */
function problemOf(path: string, error: unknown): StepProblem {
  const { code, message } = error instanceof AgentError ? error : fileProblem("restore", path, error);
  return { path, why: message, ...(code === "bad-data" ? {} : { isPassing: true }) };
}
