import { execFileSync } from "node:child_process";
import type { CommandResult, RunOptions, Workspace } from "../../src/protocol/workspace.ts";

/** A place with one session folder in it, opened as often as one likes. */
export type ShellPlace = {
  open(): Promise<Workspace>;
  /** Breaks every connection that is open, as a network would; `forGood`: and none is made any more. */
  cut(forGood?: "forGood"): void;
  /** Absolute, in the place. */
  readonly sessionFolder: string;
  remove(): Promise<void>;
};

export type Run = (command: string, options?: Partial<RunOptions>) => Promise<CommandResult>;
export type Lab = { place: ShellPlace; workspace: Workspace; run: Run };

const never = new AbortController().signal;

export function textOf({ output }: { readonly output: Uint8Array }): string {
  return Buffer.from(output).toString();
}

export function runIn(workspace: Workspace): Run {
  return (command, options = {}) =>
    workspace.run(command, { shell: "session", timeoutMs: 20_000, maxOutputBytes: 1e6, signal: never, ...options });
}

/** A zombie is dead. */
export function isAlive(pid: number): boolean {
  try {
    const stat = execFileSync("cat", [`/proc/${pid}/stat`], { stdio: ["ignore", "pipe", "ignore"] }).toString();
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}
