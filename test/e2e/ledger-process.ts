import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { onTestFinished } from "vitest";

export type WorkerLine = {
  readonly message?: string;
  readonly usage?: string;
  readonly started?: string;
  readonly finished?: string;
  readonly report?: string;
  readonly notices?: readonly string[];
  readonly p99Ms?: number;
  readonly maxMs?: number;
};

export type WorkerEnd = {
  readonly lines: readonly WorkerLine[];
  readonly exitCode: number | null;
  readonly errors: string;
};

export type Worker = {
  readonly ended: Promise<WorkerEnd>;
  /** Resolves when the worker has acknowledged its first write. */
  readonly working: Promise<unknown>;
  kill(): void;
};

const script = fileURLToPath(new URL("ledger-worker.ts", import.meta.url));

/** Removed when the test has finished. */
export function makeHomeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hermes-processes-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function startWorker(home: string, ...args: readonly string[]): Worker {
  const child = spawn(process.execPath, [script, home, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  const closed = once(child, "close");
  const ended = closed.then(() => ({
    lines: parseLines(output.join("")),
    exitCode: child.exitCode,
    errors: errors.join(""),
  }));
  return { ended, working: Promise.race([once(child.stdout, "data"), closed]), kill: () => child.kill("SIGKILL") };
}

/** A line that was cut by the kill was not acknowledged. */
function parseLines(text: string): readonly WorkerLine[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as WorkerLine);
}
