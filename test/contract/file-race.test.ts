import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentError } from "../../src/protocol/agent-error.ts";
import { newId } from "../../src/lib/new-id.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import type { Json } from "../../src/protocol/json.ts";
import type { Workspace } from "../../src/protocol/workspace.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import { PermissionDesk } from "../../src/runtime/permission-desk.ts";
import { SessionGrants } from "../../src/runtime/session-grants.ts";
import { TaintBook } from "../../src/runtime/taint-book.ts";
import { createLocalWorkspace } from "../../src/workspaces/local/local-workspace.ts";
import { openBench, toolNamed, type Bench } from "../unit/tools/tool-harness.ts";

const wantedSwaps = 100_000;
const wantedRounds = 250; // of sixteen operations each
const secret = "SECRET";
const outsideFiles = { file: secret, "folder/file": secret, "folder/keep": secret, "folder/secret-name": secret };
const never = new AbortController().signal;

let top: string;
let root: string;
let outside: string;
let swapper: ChildProcess | undefined;

beforeEach(() => {
  // in memory where there is such a folder: what is flushed to a disk holds up the other process
  top = realpathSync(mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "hermes-race-")));
  root = join(top, "root");
  outside = join(top, "outside");
  for (const folder of [root, outside]) mkdirSync(join(folder, "folder"), { recursive: true });
  for (const [path, content] of Object.entries(outsideFiles)) writeFileSync(join(outside, path), content);
  for (const path of ["file", "folder/file"]) writeFileSync(join(root, path), "inside 0\n");
});
afterEach(async () => {
  const ended = swapper === undefined || swapper.exitCode !== null ? undefined : once(swapper, "exit");
  swapper?.kill("SIGKILL");
  await ended;
  rmSync(top, { recursive: true, force: true });
});

test("100,000 swaps of files and folders for links: nothing outside is read, written, listed or removed", async () => {
  await using bench = await openBench();
  await using workspace = await createLocalWorkspace({ root });
  const attempts = attemptsOn(workspace, bench);
  const succeeded: Record<string, number> = {};
  const leaks: string[] = [];
  let caughtByName = 0; // checking the name and then opening it falls for this very race
  startSwapper();
  const isEnough = (round: number): boolean => round >= wantedRounds && existsSync(`${root}.swaps`) && caughtByName > 0;
  for (let round = 0; leaks.length === 0 && !isEnough(round); round += 1) {
    expect(swapper?.exitCode ?? null).toBeNull();
    for (const [name, attempt] of Object.entries(attempts)) {
      if (name === "search_files" && round % 100 !== 0) continue; // it starts a program each time
      const seen = await unlessRefused(attempt(round));
      if (seen === undefined) continue;
      succeeded[name] = (succeeded[name] ?? 0) + 1;
      if (/SECRET|secret-name/.test(seen)) leaks.push(`${name}: ${seen}`);
    }
    if ((await readByName(join(root, "folder/file"))) === secret) caughtByName += 1;
  }
  expect(leaks).toEqual([]);
  expect(outsideNow()).toEqual(outsideFiles);
  expect(Number(readFileSync(`${root}.swaps`, "utf8"))).toBeGreaterThanOrEqual(wantedSwaps);
  expect(Object.keys(attempts).filter((name) => (succeeded[name] ?? 0) === 0)).toEqual([]);
}, 60_000);

function startSwapper(): void {
  const script = fileURLToPath(new URL("swap-files.ts", import.meta.url));
  swapper = spawn(process.execPath, [script, root, outside, `${wantedSwaps}`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** What comes back is looked at for secrets; `undefined` and errors are the race that was lost in time. */
type Attempt = (round: number) => Promise<string | undefined>;

function attemptsOn(workspace: Workspace, bench: Bench): Readonly<Record<string, Attempt>> {
  const text = async (reading: Promise<Uint8Array | undefined>): Promise<string | undefined> => {
    const bytes = await reading;
    return bytes === undefined ? undefined : Buffer.from(bytes).toString();
  };
  const call = permittedCalls(workspace, bench);
  return {
    file: () => text(workspace.readFile("file")),
    "file in folder": () => text(workspace.readFile("folder/file")),
    part: () => text(workspace.readFile("folder/file", { offset: 0, length: 100 })),
    listing: async () => (await workspace.readFolder("folder"))?.map(({ name }) => name).join(),
    "hard link": async () => (await text(workspace.readFile("hard"))) ?? "none",
    look: async () => ((await workspace.stat("folder/secret-name")) === undefined ? "none" : "secret-name"),
    write: async (round) => String(await workspace.writeFile("file", Buffer.from(`inside ${round}\n`))),
    "new file": async (round) => String(await workspace.writeFile(`folder/new${round % 10}`, Buffer.from("inside\n"))),
    "new folder": async (round) => String(await workspace.writeFile(`folder/deep${round}/x`, Buffer.from("inside\n"))),
    removal: async (round) => String(await workspace.removeFile(`folder/new${(round + 5) % 10}`)),
    "removal outside": async () => {
      const removed = await unlessRefused(workspace.removeFile("folder/keep").then(() => "secret-name"));
      return removed ?? "none";
    },
    read_file: () => call("read_file", { path: "folder/file" }),
    write_file: async (round) => {
      await call("read_file", { path: "folder/file" });
      return call("write_file", { path: "folder/file", content: `inside ${round}\n` });
    },
    patch: () => call("patch", { path: "folder/file", old_string: "inside", new_string: "inside." }),
    search_files: () => call("search_files", { pattern: "SECRE[T]|inside", path: "." }),
  };
}

/** Calls as a run makes them: judged by a policy that allows the root only, and carried out by what was judged. */
function permittedCalls(
  workspace: Workspace,
  bench: Bench,
): (name: string, input: Record<string, Json>) => Promise<string | undefined> {
  const run = { sessionId: "s", runId: "r", grants: { surface: "terminal", yes: false, allow: [] } } as const;
  const past = {
    markTaint: () => Promise.resolve(),
    taintOf: () => Promise.resolve(undefined),
    messages: () => Promise.resolve([]),
  };
  const desk = new PermissionDesk({
    ...run,
    policyFor: () => createPolicy({ rules: [], tools: [], userHome: "/nobody", hermesHomes: [] }),
    sessionGrants: new SessionGrants(),
    taint: new TaintBook({ ...run, ledger: past }),
    workspace,
    ledger: { askApproval: () => Promise.resolve(), decideApproval: () => Promise.resolve(true) },
    clock: systemClock,
    newId,
    ask: ({ id }) => void desk.answer(id, "deny"),
  });
  return async (name, given) => {
    const tool = toolNamed(name, bench.parts);
    const parsed = tool.parse(given);
    if (!parsed.ok) throw new Error(parsed.problem);
    const request = { callId: "c", tool: name, intent: tool.intentOf(parsed.input), input: parsed.input };
    const outcome = await desk.permit(request, never);
    if (!outcome.allowed) return undefined;
    const place = { sessionId: "s", runId: "r", callId: "c", signal: never, progress: () => undefined };
    const result = await tool.call(parsed.input, { ...place, workspace: workspace.permitting(outcome.plan) });
    return result.isError && !/SECRET/.test(result.text) ? undefined : result.text;
  };
}

async function unlessRefused<T>(act: Promise<T>): Promise<T | undefined> {
  try {
    return await act;
  } catch (error) {
    if (error instanceof AgentError) return undefined;
    throw error;
  }
}

async function readByName(path: string): Promise<string | undefined> {
  try {
    return (await realpath(path)).startsWith(`${root}/`) ? await readFile(path, "utf8") : undefined;
  } catch {
    return undefined; // it is being swapped
  }
}

function outsideNow(): Record<string, string> {
  const files = readdirSync(outside, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.toSorted().map((path) => [path.slice(outside.length + 1), readFileSync(path, "utf8")]),
  );
}
