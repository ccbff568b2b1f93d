import { accessSync, constants, readFileSync } from "node:fs";
import { realpath, rm, rmdir, stat } from "node:fs/promises";
import { homedir, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "../../lib/new-id.ts";
import { once } from "../../lib/once.ts";
import { runSubprocess } from "../../lib/subprocess.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import type { CommandResult, RunOptions, ShellState, Workspace } from "../../protocol/workspace.ts";
import { jobName } from "../session/job-name.ts";
import { createSessionShell, type SessionShell } from "../session/session-shell.ts";
import { TerminalSession } from "../session/terminal-session.ts";
import type { Transport } from "../session/transport.ts";
import { childEnvironment } from "./child-environment.ts";
import { findProgram } from "./find-program.ts";
import { fileProblem, isMissing } from "./file-problem.ts";
import { canHoldByHandle, holdByHandle, holdByName } from "./held-path.ts";
import { hasOnlyLocalDisks } from "./local-disk.ts";
import { LocalFiles } from "./local-files.ts";
import { createLocalTransport } from "./local-transport.ts";
import { memoryFolder } from "./memory-folder.ts";
import { markOpenJob, unmarkOpenJob } from "./open-jobs.ts";
import { absolutePath } from "./resolve-path.ts";
import type { Sandbox } from "./sandbox.ts";
import { immediateCalls, pooledCalls } from "./system-calls.ts";

const maxCommandBytes = 128 * 1024; // Linux takes no longer argument

export type LocalWorkspaceOptions = {
  /** An existing folder. */
  readonly root: string;
  /** Filtered before a command sees it; the environment of this process when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Names of variables that commands see beside the usual ones. */
  readonly passedOn?: readonly string[];
  /** Around all that runs here; nothing when absent. */
  readonly sandbox?: Sandbox;
  /** Where the lasting shell keeps its jobs and state; when absent they end with this workspace. */
  readonly sessionFolder?: string;
  /** Stands between the session and bash; for tests that cut it. */
  readonly transport?: (transport: Transport) => Transport;
  /** As where there is no `/proc`: files are held by name, every call is made in the pool. Found out when absent. */
  readonly holdFiles?: "by-name";
};

/** This machine, as this user. Ends with `workspace-lost` when `root` is no folder. */
export async function createLocalWorkspace(options: LocalWorkspaceOptions): Promise<Workspace> {
  const env = childEnvironment(options.env ?? process.env, options.passedOn);
  const { sandbox } = options;
  const root = await rootFolder(options.root);
  const place = { root, home: env["HOME"] ?? homedir() };
  const at = (path: string): string => absolutePath(path, place);
  const closing = new AbortController();
  const temporary = join(tmpdir(), `hermes-session-${newId()}`); // made, like any session folder, with the first command
  const folder = options.sessionFolder ?? temporary;
  const local = createLocalTransport({ bash: shell(), env, sandbox, folder });
  const transport = options.transport?.(local) ?? local;
  const session = new TerminalSession(transport, { folder, root });
  await session.open();
  const lasting = createSessionShell(session);
  const opened = (files: LocalFiles): Workspace => ({
    backend: "local",
    root,
    epoch: bootEpoch(),
    async run(command, run) {
      const { shell: kind } = run;
      if (kind === undefined) {
        const signal = AbortSignal.any([run.signal, closing.signal]);
        return runLocally(command, { ...run, signal }, { at, env, sandbox });
      }
      const { cwd, ...rest } = run;
      const where = await checkedFolder(command, cwd, at);
      return lasting.run(command, { ...rest, shell: kind, ...where });
    },
    get shellFolder() {
      return lasting.shellFolder;
    },
    ...lookUpOf(session, env),
    async start(command, { cwd, ...rest }) {
      if (options.sessionFolder !== undefined) await markOpenJob(options.sessionFolder, jobName(rest.jobId));
      return lasting.start(command, { ...rest, ...(await checkedFolder(command, cwd, at)) });
    },
    job: (id) => lasting.job(id),
    jobs: () => lasting.jobs(),
    markTold: (id) => markTold(lasting, id, options.sessionFolder),
    setNote: (id, note) => lasting.setNote(id, note),
    scrub: (id, mask) => lasting.scrub(id, mask),
    resolve: (path) => files.resolve(path),
    plan: (paths) => files.plan(paths),
    stat: (path) => files.stat(path),
    readFolder: (path) => files.readFolder(path),
    readFile: (path, range) => files.readFile(path, range),
    writeFile: (path, bytes) => files.writeFile(path, bytes),
    removeFile: (path) => files.removeFile(path),
    permitting: (plan) => opened(files.permitting(plan)),
    async [Symbol.asyncDispose]() {
      closing.abort(new AgentError("stopped", "The workspace was closed."));
      await lasting[Symbol.asyncDispose]();
      await rmdir(memoryFolder(folder)).catch(() => undefined); // with something in it, it stays for the next process
      if (options.sessionFolder === undefined) await rm(temporary, { recursive: true, force: true });
    },
  });
  return opened(await filesOf(place, options.holdFiles));
}

async function markTold(lasting: SessionShell, id: string, sessionFolder: string | undefined): Promise<void> {
  await lasting.markTold(id);
  if (sessionFolder !== undefined) await unmarkOpenJob(sessionFolder, jobName(id));
}

/** What a word would start here. */
function lookUpOf(
  session: TerminalSession,
  env: Readonly<Record<string, string>>,
): Pick<Workspace, "shellState" | "findProgram"> {
  const reader = once(() => import("../session/shell-state.ts")); // the grammar is large and rarely needed
  let known: { readonly texts: readonly string[]; readonly state: ShellState } | undefined;
  return {
    async shellState() {
      const { readShellState } = await reader();
      const texts = await session.stateTexts();
      if (known === undefined || !isSame(texts, known.texts)) known = { texts, state: readShellState(texts, env) };
      return known.state;
    },
    findProgram: (word, folder) => Promise.resolve(findProgram(word, { path: env["PATH"] ?? "", folder })),
  };
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, at) => text === right[at]);
}

async function filesOf(
  place: { readonly root: string; readonly home: string },
  held: "by-name" | undefined,
): Promise<LocalFiles> {
  const calls = held === undefined && hasOnlyLocalDisks(place.root) ? immediateCalls : pooledCalls;
  const isByHandle = held === undefined && (await canHoldByHandle(place.root, calls));
  const hold = isByHandle ? holdByHandle : holdByName;
  return new LocalFiles({ reach: { root: place.root, plan: [] }, home: place.home, hold, calls });
}

async function rootFolder(root: string): Promise<string> {
  try {
    const resolvedRoot = await realpath(root);
    if ((await stat(resolvedRoot)).isDirectory()) return resolvedRoot;
  } catch (error) {
    if (!isMissing(error)) throw fileProblem("open", root, error);
  }
  throw lost(root);
}

type Place = {
  readonly at: (path: string) => string;
  readonly env: Readonly<Record<string, string>>;
  readonly sandbox: Sandbox | undefined;
};

async function runLocally(command: string, options: RunOptions, place: Place): Promise<CommandResult> {
  const startedAt = performance.now();
  const cwd = place.at(options.cwd ?? ".");
  await requireFolder(cwd, place.at("."));
  requireRunnable(command);
  const line = { file: shell(), args: ["-c", command] };
  const { file, args } = (await place.sandbox?.around(line, [])) ?? line;
  const result = await runSubprocess({
    file: "/bin/sh",
    // one pipe for both streams, or their order would be lost; exec, so that the shell stays the leader of the group
    args: ["-c", 'exec "$0" "$@" 2>&1', file, ...args],
    cwd,
    env: place.env,
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    timeoutMs: options.timeoutMs,
    maxOutputBytes: options.maxOutputBytes,
    signal: options.signal,
  });
  if (file !== line.file && result.exitCode === 1 && Buffer.from(result.output).toString().startsWith("bwrap: ")) {
    place.sandbox?.doubt();
    await place.sandbox?.around(line, []); // throws when it is true that nothing was run
  }
  return { ...result, durationMs: performance.now() - startedAt };
}

/** Where a job of the lasting shell runs: nothing said when it is where the shell stands. */
async function checkedFolder(
  command: string,
  cwd: string | undefined,
  at: (path: string) => string,
): Promise<{ readonly cwd?: string }> {
  const folder = at(cwd ?? ".");
  await requireFolder(folder, at("."));
  requireRunnable(command);
  return cwd === undefined ? {} : { cwd: folder };
}

async function requireFolder(cwd: string, root: string): Promise<void> {
  if (await isFolder(cwd)) return;
  if (!(await isFolder(root))) throw lost(root);
  throw new AgentError("not-found", `The working folder ${JSON.stringify(cwd)} does not exist; name one that does.`);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw fileProblem("look at", path, error);
  }
}

function requireRunnable(command: string): void {
  if (command.includes("\0")) throw new AgentError("bad-usage", "The command has a NUL character in it; leave it out.");
  if (Buffer.byteLength(command) < maxCommandBytes) return;
  throw new AgentError("bad-usage", "The command is longer than 128 kB; write it to a file and run that.");
}

function lost(root: string): AgentError {
  return new AgentError("workspace-lost", `The working folder ${root} is gone; make it again or work in another one.`);
}

function shell(): string {
  return ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"].find(isExecutable) ?? "/bin/sh";
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // what cannot be run is not the shell
  }
}

/** Process ids begin anew with every start of the machine. */
function bootEpoch(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return hostname(); // no such file outside Linux; commands do not outlive this process there
  }
}
