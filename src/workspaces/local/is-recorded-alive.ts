import { readFileSync } from "node:fs";
import { readKeptFile } from "./read-kept-file.ts";

/**
 * Whether the process that a session folder names in `file` (pid, start time, epoch) may still live. One of this start
 * of the machine whose first process is not ours, as in a sandbox, counts as alive: its numbers say nothing here.
 */
export async function isRecordedAlive(file: string): Promise<boolean> {
  const text = (await readKeptFile(file)) ?? ""; // no such file: no such process
  const [pid = "", born = "", epoch = ""] = text.trim().split(" ");
  if (!/^\d+$/.test(pid)) return false;
  const here = hereEpoch();
  if (here === undefined) return hasProcess(Number(pid));
  if (epoch !== here) return epoch.slice(0, bootIdLength) === here.slice(0, bootIdLength);
  const [state, startedAt] = statOf(pid);
  return startedAt === born && state !== "Z" && state !== "X";
}

const bootIdLength = 36;

/** As the control shell writes it; `undefined` where the system does not say. */
function hereEpoch(): string | undefined {
  const [, startedAt] = statOf("1");
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return startedAt === undefined ? undefined : `${boot}-${startedAt}`;
  } catch {
    return undefined; // no such file outside Linux
  }
}

function statOf(pid: string): readonly (string | undefined)[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [fields[0], fields[19]];
  } catch {
    return []; // it ended
  }
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
