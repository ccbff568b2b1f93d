import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Workspace } from "../../../src/protocol/workspace.ts";
import { createLocalWorkspace } from "../../../src/workspaces/local/local-workspace.ts";
import { takeEndedJobs } from "../../../src/workspaces/local/open-jobs.ts";
import { sweepDaily, sweepSessionFolders } from "../../../src/workspaces/local/sweep-session-folders.ts";

const never = new AbortController().signal;
const day = 86_400_000;
const roomy = { maxAgeMs: 30 * day, maxFolders: 200, maxBytes: 1e9 };
let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "hermes-folders-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const open = (name: string): Promise<Workspace> =>
  createLocalWorkspace({ root: parent, env: process.env, sessionFolder: join(parent, name) });
const run = (workspace: Workspace, command: string) =>
  workspace.run(command, { shell: "session", timeoutMs: 20_000, maxOutputBytes: 1e6, signal: never });
const kept = (): readonly string[] => readdirSync(parent).filter((name) => name !== "open-jobs" && name !== ".swept");
/** Moves everything in the folder into the past. */
function age(name: string, days: number): void {
  const then = new Date(Date.now() - days * day);
  const files = readdirSync(join(parent, name), { recursive: true }).map((file) => join(parent, name, String(file)));
  for (const file of [...files, join(parent, name)]) utimesSync(file, then, then);
}
function plant(name: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(parent, name, file)), { recursive: true });
    writeFileSync(join(parent, name, file), text);
  }
}
/** What a session leaves that is over: a state, and a job that has ended. */
const left = { state: "A=1", "jobs/a.cmd": "true", "jobs/a.rc": "0\n", "jobs/a.pid": "999999999 1 x\n" };

test("what is older than the limit goes, and nothing younger", async () => {
  plant("old", left);
  plant("young", left);
  age("old", 31);
  age("young", 29);
  await sweepSessionFolders(parent, never, roomy);
  expect(kept()).toEqual(["young"]);
});

test("of too many, or too many bytes, the oldest go", async () => {
  for (const [index, name] of ["a", "b", "c", "d"].entries()) {
    plant(name, { ...left, "jobs/a.out": "x".repeat(1_000) });
    age(name, index + 1);
  }
  await sweepSessionFolders(parent, never, { ...roomy, maxFolders: 3 });
  expect(kept()).toEqual(["a", "b", "c"]);
  await sweepSessionFolders(parent, never, { ...roomy, maxBytes: 2_500 });
  expect(kept()).toEqual(["a", "b"]);
});

test("one with a live job, an end that was not told or a live shell stays, however old", async () => {
  await using working = await open("working");
  await run(working, "true");
  const leaving = await open("leaving");
  await leaving.start("sleep 300", { jobId: "long" });
  await leaving.markTold("long");
  await expect.poll(() => existsSync(join(parent, "leaving", "jobs", "long.pid"))).toBe(true);
  await leaving[Symbol.asyncDispose]();
  plant("untold", { ...left, "jobs/a.bg": "" });
  plant("told", { ...left, "jobs/a.bg": "", "jobs/a.told": "" });
  for (const name of ["working", "leaving", "untold", "told"]) age(name, 400);
  await sweepSessionFolders(parent, never, roomy);
  expect(kept()).toEqual(["leaving", "untold", "working"]);
  await using again = await open("leaving");
  await (await again.job("long"))?.kill();
});

test("what was put aside by a sweep that was killed goes with the next; it runs once a day", async () => {
  await sweepDaily(join(parent, "none"), never);
  expect(existsSync(join(parent, "none"))).toBe(false);
  plant(".removing-x", left);
  await sweepDaily(parent, never);
  expect(kept()).toEqual([]);
  plant("old", left);
  age("old", 40);
  await sweepDaily(parent, never);
  expect(kept()).toEqual(["old"]);
  utimesSync(join(parent, ".swept"), new Date(0), new Date(0));
  await sweepDaily(parent, never);
  expect(kept()).toEqual([]);
});

test("the end of a job in the background is told to the person once, by any session", async () => {
  const workspace = await open("one");
  await workspace.start("echo hi; exit 4", { jobId: "ended" });
  const running = await workspace.start("sleep 300", { jobId: "running" });
  await workspace.start("true", { jobId: "told" });
  await expect.poll(() => existsSync(join(parent, "one", "jobs", "ended.rc"))).toBe(true);
  await workspace.markTold("told");
  const ended = { sessionId: "one", id: "ended", command: "echo hi; exit 4", exitCode: 4 };
  expect(await takeEndedJobs(parent)).toEqual([ended]);
  expect(await takeEndedJobs(parent)).toEqual([]);
  await running.kill();
  rmSync(join(parent, "one", "jobs", "running.rc")); // as a machine that was switched off leaves it
  expect(await takeEndedJobs(parent)).toMatchObject([{ id: "running", exitCode: undefined }]);
  await workspace[Symbol.asyncDispose]();
  expect(statSync(join(parent, "open-jobs")).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(parent, "one", "jobs", "ended.out"), "utf8")).toBe("hi\n");
});
