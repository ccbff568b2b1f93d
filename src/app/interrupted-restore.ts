import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isOwnerAlive } from "../lib/process-owner.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { Owner } from "../protocol/run.ts";

/** Stands beside a home while a backup is restored into it. `keptAs`: where the home that was there will be. */
export type RestoreMark = { readonly owner: Owner; readonly restoring: string; readonly keptAs: string | undefined };

/** One file under two names: while the backup is unpacked, and at the last step, when nobody may start. */
const unpackingName = (home: string): string => `${home}.restore-mark`;
const switchingName = (home: string): string => `${home}.restore-switch`;

/** Before anything is unpacked. Throws `bad-home` when another process restores into this home. */
export function beginRestore(home: string, mark: RestoreMark): void {
  const other = readMark(home);
  if (other !== undefined && isOwnerAlive(other.mark.owner)) throw inProgress(other.mark);
  writeFileSync(unpackingName(home), JSON.stringify(mark), { mode: 0o600, flush: true });
}

/** From here on the home may be moved. */
export function beginSwitch(home: string): void {
  renameSync(unpackingName(home), switchingName(home));
}

export function endRestore(home: string): void {
  for (const path of [unpackingName(home), switchingName(home)]) rmSync(path, { force: true });
}

/**
 * Ends what a killed restore began: the old home is where it was, or the new one is there whole. Returns a sentence about
 * it; `undefined` when there was nothing. Throws `bad-home` while a restore is at its last step.
 */
export function settleRestore(home: string): string | undefined {
  const found = readMark(home);
  if (found === undefined) return undefined;
  const { mark, isSwitching } = found;
  if (isOwnerAlive(mark.owner)) {
    if (isSwitching && mark.owner.pid !== process.pid) throw inProgress(mark);
    return undefined;
  }
  const isNew = isSwitching && !existsSync(mark.restoring);
  if (isSwitching && !isNew && mark.keptAs !== undefined && existsSync(mark.keptAs)) putBack(home, mark.keptAs);
  rmSync(mark.restoring, { recursive: true, force: true });
  endRestore(home);
  return isNew
    ? `A restore of this home was killed at its very end: the restored home is in place${mark.keptAs === undefined ? "" : `, the one before it is ${mark.keptAs}`}.`
    : "A restore of this home was interrupted: the home is as it was before. Start hermes restore again.";
}

type FoundMark = { readonly mark: RestoreMark; readonly isSwitching: boolean };

function readMark(home: string): FoundMark | undefined {
  const switching = markIn(switchingName(home));
  if (switching !== undefined) return { mark: switching, isSwitching: true };
  const unpacking = markIn(unpackingName(home));
  return unpacking === undefined ? undefined : { mark: unpacking, isSwitching: false };
}

function markIn(path: string): RestoreMark | undefined {
  if (!existsSync(path)) return undefined; // nearly always
  try {
    return JSON.parse(readFileSync(path, "utf8")) as RestoreMark;
  } catch {
    rmSync(path, { force: true }); // killed while it was written: nothing had begun
    return undefined;
  }
}

/** A start in the moment between the two renames may have made a folder for its cache. */
function putBack(home: string, keptAs: string): void {
  if (existsSync(home)) {
    const others = readdirSync(home).filter((name) => name !== "cache");
    if (others.length > 0) {
      throw new AgentError(
        "bad-home",
        `${home} and ${keptAs} are both there after a killed restore: keep the right one.`,
      );
    }
    rmSync(home, { recursive: true });
  }
  renameSync(keptAs, home);
}

function inProgress({ owner }: RestoreMark): AgentError {
  return new AgentError("bad-home", `This home is being restored by process ${owner.pid}: wait until it has ended.`);
}
