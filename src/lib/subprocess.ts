import { noLongerNeeded } from "./no-longer-needed.ts";
import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { HeadAndTail } from "./head-and-tail.ts";
import { systemClock } from "./system-clock.ts";

/** A grandchild may hold the pipe for hours: what arrives later than this after the exit is not waited for. */
const drainMs = 250;
const stopGraceMs = 700;
const timeoutGraceMs = 2_000;
const groupPollMs = 20;
/** A process of another user cannot be ended by us; after this it is left behind. */
const killWaitMs = 300;

export type SubprocessOptions = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Closed at once when absent. */
  readonly stdin?: Uint8Array;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
};

export type SubprocessResult = {
  readonly status: "finished" | "timed-out" | "stopped";
  /** 128 + signal number when a signal ended it. */
  readonly exitCode: number;
  /** Standard output. Of more than `maxOutputBytes` the beginning and the end (see `headLengthOf`). */
  readonly output: Uint8Array;
  readonly droppedBytes: number;
};

/**
 * Runs a program as the leader of its own process group and ends with it. On timeout and stop the whole group gets
 * TERM, and KILL when something of it is left after a grace time. Rejects with the system's error when it cannot start.
 */
export async function runSubprocess(options: SubprocessOptions): Promise<SubprocessResult> {
  if (options.signal.aborted)
    return { status: "stopped", exitCode: 128 + 15, output: new Uint8Array(), droppedBytes: 0 };
  const child = spawn(options.file, [...options.args], {
    cwd: options.cwd,
    env: { ...options.env },
    detached: true, // its own process group, so that a timeout ends the grandchildren too
    stdio: [options.stdin === undefined ? "ignore" : "pipe", "pipe", "ignore"],
  });
  const output = new HeadAndTail(options.maxOutputBytes);
  const collected = collect(child, output);
  feed(child, options.stdin);
  const watch = watchForEnd(child, options);
  try {
    const { code, signal } = await Promise.race([exitOf(child), watch.gaveUp]);
    const status = watch.status();
    if (status !== "finished") await watch.groupEnded();
    await withinDrainTime(collected);
    const { bytes, droppedBytes } = output.finish();
    return {
      status,
      exitCode: signal === null ? (code ?? 1) : 128 + constants.signals[signal],
      output: bytes,
      droppedBytes,
    };
  } finally {
    watch.release();
    letGo(child.stdout);
  }
}

/** A grandchild may hold the pipe open for ever; what the program itself wrote has arrived by then. */
async function withinDrainTime(collected: Promise<void>): Promise<void> {
  const over = new AbortController();
  const drained = systemClock.sleep(drainMs, over.signal).catch(() => undefined); // woken early when all has arrived
  await Promise.race([collected, drained]);
  over.abort(noLongerNeeded);
}

type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

function collect(child: ChildProcess, output: HeadAndTail): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on("data", (chunk: Uint8Array) => output.push(chunk));
    child.stdout?.once("close", resolve);
    child.once("error", () => resolve());
  });
}

/** A program may end without reading its input: that is its right and not our error. */
function feed(child: ChildProcess, stdin: Uint8Array | undefined): void {
  if (stdin === undefined || child.stdin === null) return;
  child.stdin.on("error", () => child.stdin?.destroy());
  child.stdin.end(stdin);
}

/** The pipe is read on and thrown away, so that a grandchild in the background is not ended by SIGPIPE. */
function letGo(stdout: Readable | null): void {
  if (stdout === null) return;
  stdout.removeAllListeners("data");
  stdout.resume();
  if ("unref" in stdout && typeof stdout.unref === "function") stdout.unref();
}

type EndWatch = {
  status(): SubprocessResult["status"];
  /** Resolves when nothing of the group is left, or its grace time is over and it got KILL. */
  groupEnded(): Promise<void>;
  /** Resolves when even KILL did not end it. */
  readonly gaveUp: Promise<Exit>;
  release(): void;
};

function watchForEnd(child: ChildProcess, options: SubprocessOptions): EndWatch {
  let status: SubprocessResult["status"] = "finished";
  let ended: Promise<void> = Promise.resolve();
  const { promise: gaveUp, resolve: giveUp } = Promise.withResolvers<Exit>();
  const endAs = (reason: "timed-out" | "stopped"): void => {
    if (status !== "finished" || child.exitCode !== null || child.signalCode !== null) return;
    status = reason;
    ended = endGroup(child.pid, reason === "stopped" ? stopGraceMs : timeoutGraceMs);
    void ended.then(() => systemClock.sleep(killWaitMs)).then(() => giveUp({ code: null, signal: "SIGKILL" }));
  };
  const timer = setTimeout(() => endAs("timed-out"), options.timeoutMs);
  const onAbort = (): void => endAs("stopped");
  options.signal.addEventListener("abort", onAbort, { once: true });
  return {
    status: () => status,
    groupEnded: () => ended,
    gaveUp,
    release: () => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", onAbort);
    },
  };
}

async function endGroup(pid: number | undefined, graceMs: number): Promise<void> {
  if (pid === undefined) return;
  const deadline = Date.now() + graceMs;
  signalGroup(pid, "SIGTERM");
  while (Date.now() < deadline) {
    await systemClock.sleep(groupPollMs);
    if (!signalGroup(pid, 0)) return;
  }
  signalGroup(pid, "SIGKILL");
}

/** `false` when there is no such group any more, `true` also when what is left of it is not ours to signal. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
