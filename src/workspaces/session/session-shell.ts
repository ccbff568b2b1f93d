import { newId } from "../../lib/new-id.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import type {
  BackgroundJob,
  CommandResult,
  JobStatus,
  RunOptions,
  StartOptions,
  Workspace,
} from "../../protocol/workspace.ts";
import type { JobEnd } from "./job-end.ts";
import { jobName } from "./job-name.ts";
import type { TerminalSession } from "./terminal-session.ts";

const timeoutGraceMs = 2_000;
/** With all that goes with it, a stop must be over before the agent gives the call up. */
const stopGraceMs = 450;
/** We end a job in time ourselves; the place does it for us only when we are gone. */
const limitGraceSeconds = 2;
const lookAtLogMs = 1_000;
/** A command that prints without end must not fill the disk. */
const maxLogBytes = 2 * 1024 * 1024 * 1024;

type ShellRunOptions = RunOptions & { readonly shell: "session" | "clean" };

/** What a workspace offers of its lasting shell. */
export type SessionShell = Pick<Workspace, "start" | "job" | "jobs" | "markTold" | "setNote" | "shellFolder"> &
  AsyncDisposable & {
    scrub: NonNullable<Workspace["scrub"]>;
    run(command: string, options: ShellRunOptions): Promise<CommandResult>;
  };

/** Foreground is a start and a wait; commands that change the shell run one after the other. */
export function createSessionShell(session: TerminalSession): SessionShell {
  let turn: Promise<unknown> = Promise.resolve();
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const run = (command: string, options: ShellRunOptions): Promise<CommandResult> => {
    const signal = AbortSignal.any([options.signal, closing.signal]);
    const begin = (): Promise<CommandResult> => runForeground(session, command, { ...options, signal });
    const result = options.shell === "clean" ? begin() : turn.then(begin, begin);
    if (options.shell === "session") turn = result;
    running.add(result);
    const forget = (): boolean => running.delete(result);
    result.then(forget, forget);
    return result;
  };
  return {
    run,
    get shellFolder() {
      return session.folder;
    },
    async start(command, options) {
      const id = jobName(options.jobId);
      if (options.note !== undefined) await session.setNote(id, options.note);
      await session.start({
        ...requestOf(command, options),
        id,
        mode: "background",
        input: "fifo",
        limitSeconds: undefined,
      });
      return jobOf(session, id);
    },
    async job(id) {
      const name = jobName(id);
      return (await session.status(name)) === "unknown" ? undefined : jobOf(session, name);
    },
    jobs: () => session.list(),
    markTold: (id) => session.markTold(jobName(id)),
    setNote: (id, note) => session.setNote(jobName(id), note),
    scrub: (id, mask) => session.scrub(id === undefined ? undefined : jobName(id), mask),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.allSettled(running);
      session.close();
    },
  };
}

async function runForeground(
  session: TerminalSession,
  command: string,
  options: ShellRunOptions,
): Promise<CommandResult> {
  const startedAt = performance.now();
  const passed = (): number => performance.now() - startedAt;
  if (options.signal.aborted) {
    return { status: "stopped", exitCode: 128 + 15, output: new Uint8Array(), droppedBytes: 0, durationMs: 0 };
  }
  const id = jobName(options.jobId ?? `j${newId()}`);
  if (options.stdin !== undefined) await session.feed(id, options.stdin);
  const openInput = options.isInteractive === true ? "fifo" : "none";
  const input = options.stdin === undefined ? openInput : "file";
  const limitSeconds = Math.ceil(options.timeoutMs / 1_000) + limitGraceSeconds;
  const mode = options.secrets === undefined ? options.shell : "sealed";
  const job = await session.start({ ...requestOf(command, options), id, mode, input, limitSeconds });
  const watch = watchForEnd(session, id, options);
  try {
    const end = await job.end(new AbortController().signal);
    await watch.ended();
    const { bytes, droppedBytes } = await session.log(id).ends(options.maxOutputBytes, end.size);
    const note = noteOf(end, session.folder, watch.isTooLong());
    return {
      status: end.status.state,
      exitCode: "exitCode" in end.status ? end.status.exitCode : -1,
      output: bytes,
      droppedBytes,
      durationMs: passed(),
      ...(note === undefined ? {} : { note }),
    };
  } finally {
    watch.release();
  }
}

function requestOf(command: string, { cwd, pty, secrets }: Pick<StartOptions, "cwd" | "pty" | "secrets">) {
  return { command, pty: pty ?? false, folder: cwd, ...(secrets === undefined ? {} : { secrets }) };
}

type EndWatch = { ended(): Promise<void>; isTooLong(): boolean; release(): void };

/** Ends the job in time, on stop, and when it prints too much; `ended` resolves when that has been carried out. */
function watchForEnd(session: TerminalSession, id: string, { signal, timeoutMs }: RunOptions): EndWatch {
  let isTooLong = false;
  let killed: Promise<void> | undefined;
  const endAs = (why: "timed-out" | "stopped"): void => {
    killed ??= session.kill(id, why, why === "stopped" ? stopGraceMs : timeoutGraceMs);
    killed.catch(() => undefined); // awaited in `ended`
  };
  const lookAtLog = async (): Promise<void> => {
    const size = await session
      .log(id)
      .size()
      .catch(() => 0); // the next look will tell
    isTooLong = size > maxLogBytes;
    if (isTooLong) endAs("stopped");
  };
  const onAbort = (): void => endAs("stopped");
  const timer = setTimeout(() => endAs("timed-out"), timeoutMs);
  const ticker = setInterval(() => {
    void lookAtLog();
  }, lookAtLogMs);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    ended: async () => killed,
    isTooLong: () => isTooLong,
    release: () => {
      clearTimeout(timer);
      clearInterval(ticker);
      signal.removeEventListener("abort", onAbort);
    },
  };
}

function noteOf({ status, goneFolder }: JobEnd, folder: string, isTooLong: boolean): string | undefined {
  if (isTooLong) return "It was ended because it had printed more than 2 GB.";
  if (status.state === "lost") return lostSentences[status.why];
  if (goneFolder === undefined) return undefined;
  return `The folder ${goneFolder} is gone; this ran in the nearest one above it that exists, and the shell is in ${folder}.`;
}

const lostSentences = {
  "workspace-recreated": "The workspace was made anew while this ran: the process is gone, and what it did is unknown.",
  "no-trace": "Its process vanished without an exit code: what it did is unknown.",
  "not-begun": "It was accepted but never began; it may be run again.",
} as const;

function jobOf(session: TerminalSession, id: string): BackgroundJob {
  const log = session.log(id);
  return {
    id,
    async status() {
      const status = await session.status(id);
      return status === "unknown" ? { state: "lost", why: "no-trace" } : status;
    },
    async read(offset, length) {
      const size = await log.size();
      return { bytes: await log.read(offset, Math.min(length, size - offset)), size };
    },
    wait: async (signal): Promise<JobStatus> => (await session.end(id, signal)).status,
    async write(bytes) {
      const status = await session.status(id);
      if (status !== "unknown" && status.state === "lost" && status.why === "workspace-recreated") {
        throw new AgentError(
          "workspace-recreated",
          `The workspace was made anew: the job ${id} is gone. Start it again.`,
        );
      }
      await session.write(id, bytes);
    },
    closeInput: () => session.closeInput(id),
    kill: (why) => session.kill(id, why ?? "stopped", stopGraceMs),
  };
}
