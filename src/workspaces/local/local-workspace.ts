import { accessSync, constants, readFileSync } from "node:fs";
import { mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { homedir, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { runSubprocess } from "../../lib/subprocess.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import type { CommandResult, RunOptions, Workspace } from "../../protocol/workspace.ts";
import { createSessionShell } from "../session/session-shell.ts";
import { TerminalSession } from "../session/terminal-session.ts";
import type { Transport } from "../session/transport.ts";
import { childEnvironment } from "./child-environment.ts";
import { fileProblem, isMissing } from "./file-problem.ts";
import { readBytes, readFolder, removeFile, statFile, writeBytes } from "./local-files.ts";
import { createLocalTransport } from "./local-transport.ts";
import { absolutePath, resolvePath } from "./resolve-path.ts";

const maxCommandBytes = 128 * 1024; // Linux takes no longer argument

export type LocalWorkspaceOptions = {
  /** An existing folder. */
  readonly root: string;
  /** Filtered before a command sees it; the environment of this process when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the lasting shell keeps its jobs and state; when absent they end with this workspace. */
  readonly sessionFolder?: string;
  /** Stands between the session and bash; for tests that cut it. */
  readonly transport?: (transport: Transport) => Transport;
};

/** This machine, as this user. Ends with `workspace-lost` when `root` is no folder. */
export async function createLocalWorkspace(options: LocalWorkspaceOptions): Promise<Workspace> {
  const env = childEnvironment(options.env ?? process.env);
  const root = await rootFolder(options.root);
  const place = { root, home: env["HOME"] ?? homedir() };
  const at = (path: string): string => absolutePath(path, place);
  const closing = new AbortController();
  const temporary = options.sessionFolder === undefined ? await mkdtemp(join(tmpdir(), "hermes-session-")) : undefined;
  const local = createLocalTransport({ bash: shell(), env });
  const transport = options.transport?.(local) ?? local;
  const session = new TerminalSession(transport, { folder: options.sessionFolder ?? temporary ?? root, root });
  await session.open();
  const lasting = createSessionShell(session);
  return {
    backend: "local",
    root,
    epoch: bootEpoch(),
    async run(command, run) {
      const { shell: kind } = run;
      if (kind === undefined)
        return runLocally(command, { ...run, signal: AbortSignal.any([run.signal, closing.signal]) }, { at, env });
      const { cwd, ...rest } = run;
      const folder = await checkedFolder(command, cwd, at);
      return lasting.run(command, { ...rest, shell: kind, ...folder });
    },
    get shellFolder() {
      return lasting.shellFolder;
    },
    async start(command, { cwd, ...rest }) {
      return lasting.start(command, { ...rest, ...(await checkedFolder(command, cwd, at)) });
    },
    job: (id) => lasting.job(id),
    jobs: () => lasting.jobs(),
    markTold: (id) => lasting.markTold(id),
    scrub: (id, mask) => lasting.scrub(id, mask),
    resolve: (path) => resolved(at(path)),
    stat: (path) => statFile(at(path)),
    readFolder: (path) => readFolder(at(path)),
    readFile: (path, range) => readBytes(at(path), range),
    writeFile: (path, bytes) => writeBytes(at(path), bytes),
    removeFile: (path) => removeFile(at(path)),
    async [Symbol.asyncDispose]() {
      closing.abort(new AgentError("stopped", "The workspace was closed."));
      await lasting[Symbol.asyncDispose]();
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    },
  };
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

async function resolved(path: string): Promise<string> {
  try {
    return await resolvePath(path);
  } catch (error) {
    throw fileProblem("find", path, error);
  }
}

type Place = { readonly at: (path: string) => string; readonly env: Readonly<Record<string, string>> };

async function runLocally(command: string, options: RunOptions, place: Place): Promise<CommandResult> {
  const startedAt = performance.now();
  const cwd = place.at(options.cwd ?? ".");
  await requireFolder(cwd, place.at("."));
  requireRunnable(command);
  const result = await runSubprocess({
    file: "/bin/sh",
    // one pipe for both streams, or their order would be lost; exec, so that the shell stays the leader of the group
    args: ["-c", 'exec "$0" -c "$1" 2>&1', shell(), command],
    cwd,
    env: place.env,
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    timeoutMs: options.timeoutMs,
    maxOutputBytes: options.maxOutputBytes,
    signal: options.signal,
  });
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
  if ((await statFile(cwd))?.kind === "folder") return;
  if ((await statFile(root))?.kind !== "folder") throw lost(root);
  throw new AgentError("not-found", `The working folder ${JSON.stringify(cwd)} does not exist; name one that does.`);
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
