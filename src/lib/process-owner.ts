import { readFileSync } from "node:fs";
import { hostname } from "node:os";

import type { Owner } from "../protocol/run.ts";

/** This process, told from every other one, also from a later one that gets the same pid. */
export function currentOwner(): Owner {
  return { host: hostname(), pid: process.pid, startedAt: lookUp(process.pid)?.startedAt ?? "unknown" };
}

/**
 * `false` only when the process is certainly gone: no such pid, a zombie, or another process under its pid.
 * A process of another host counts as alive; whoever asks decides by its lease.
 */
export function isOwnerAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  if (!hasProcess(owner.pid)) return false;
  const found = lookUp(owner.pid);
  if (found === undefined) return true;
  return !found.isZombie && (owner.startedAt === "unknown" || found.startedAt === owner.startedAt);
}

type ProcessFacts = { readonly startedAt: string; readonly isZombie: boolean };

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** `undefined` when this system does not say. */
function lookUp(pid: number): ProcessFacts | undefined {
  try {
    if (process.platform === "linux") return fromProc(pid);
    if (process.platform === "win32") return undefined;
    return fromPs(pid);
  } catch {
    return undefined; // it ended between two looks, or hides its facts from us: the next look will tell
  }
}

function fromProc(pid: number): ProcessFacts | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // the second field is the program's name in brackets and may hold spaces and brackets itself
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, ticks] = [fields[0], fields[19]];
  if (state === undefined || ticks === undefined) return undefined;
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8); // ticks count from boot
  return { startedAt: `${boot}-${ticks}`, isZombie: state === "Z" || state === "X" };
}

function fromPs(pid: number): ProcessFacts | undefined {
  const options = { encoding: "utf8", timeout: 2000, env: { LC_ALL: "C", TZ: "UTC", PATH: "/bin:/usr/bin" } } as const;
  // loaded here because an import would delay every start, also where it is never needed
  const { execFileSync } = process.getBuiltinModule("node:child_process");
  const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], options).trim();
  const [state, ...started] = line.split(/\s+/);
  if (state === undefined || started.length === 0) return undefined;
  return { startedAt: started.join(" "), isZombie: state.startsWith("Z") };
}
