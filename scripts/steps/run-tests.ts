import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countTests, type TestCounts, type TestReport } from "./count-tests.ts";
import { root } from "./run-step.ts";

export interface TestRun extends TestCounts {
  /** `docker (how to install it)`, each once: the engines that tests asked for in vain. */
  readonly notRun: readonly string[];
}

/** Runs vitest, its output going straight to ours. Never rejects: a crash is a failure that is counted. */
export async function runTests(filters: readonly string[]): Promise<TestRun> {
  const directory = mkdtempSync(join(tmpdir(), "hermes-tests-"));
  try {
    const reportFile = join(directory, "report.json");
    const notRunFile = join(directory, "not-run.txt");
    const exitCode = await runVitest([`--outputFile.json=${reportFile}`, ...filters], notRunFile);
    const report = readIfThere(reportFile);
    const counts = countTests(report === undefined ? undefined : (JSON.parse(report) as TestReport), exitCode);
    const notRun = readIfThere(notRunFile)?.split("\n").filter(Boolean) ?? [];
    return { ...counts, notRun: [...new Set(notRun)].toSorted() };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function runVitest(parameters: readonly string[], notRunFile: string): Promise<number> {
  const program = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [program, "run", "--reporter=default", "--reporter=json", ...parameters], {
    cwd: root,
    env: { ...process.env, HERMES_NOT_RUN: notRunFile },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((done) => {
    child.on("error", () => done(1));
    child.on("close", (exitCode) => done(exitCode ?? 1));
  });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
