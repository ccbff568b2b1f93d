import { spawn } from "node:child_process";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Workspace } from "../src/protocol/workspace.ts";
import { Sandbox } from "../src/workspaces/local/sandbox.ts";
import { createLocalWorkspace } from "../src/workspaces/local/local-workspace.ts";
import { row, timeRow, type Row } from "./bench-row.ts";
import { median } from "./measure-command.ts";
import { treeMegabytes } from "./process-tree.ts";

/** Changes no state of the shell, as most commands do, and starts one program. */
export const benchCommand = "touch done";
const timedCommands = 150;
const warmUp = 20;
const growthCommands = 1_000;
const never = new AbortController().signal;

type Environment = Readonly<Record<string, string>>;
type CommandMs = {
  readonly builtin: number;
  readonly program: number;
  readonly spawned: number;
  /** Processor time of this process for one command. */
  readonly cpu: number;
};

/** Medians of a command in a warm lasting shell, and of a bare `bash -c true` in turn with it. */
export async function commandMs(root: string, env: Environment): Promise<CommandMs> {
  // as Hermes opens it, or the layer above would be charged with the sandbox
  const sandbox = new Sandbox({ mode: "auto", hidden: [join(root, "..", "home")], notice: console.error });
  await using workspace = await createLocalWorkspace({ root, env, sandbox });
  const times = { builtin: [] as number[], program: [] as number[], spawned: [] as number[] };
  await repeat(warmUp, () => run(workspace, "true"));
  const before = process.cpuUsage();
  await repeat(timedCommands, async () => {
    times.builtin.push(await msOf(() => run(workspace, "true")));
    times.program.push(await msOf(() => run(workspace, benchCommand)));
    times.spawned.push(await msOf(spawnBash));
  });
  const { user, system } = process.cpuUsage(before);
  return {
    builtin: median(times.builtin),
    program: median(times.program),
    spawned: median(times.spawned),
    cpu: (user + system) / 1_000 / timedCommands / 3,
  };
}

/** Megabytes that live after a thousand commands and did not before: our heap, and the shell that starts the jobs. */
export async function commandGrowth(root: string, env: Environment): Promise<number> {
  await using workspace = await createLocalWorkspace({ root, env });
  await repeat(growthCommands / 4, () => run(workspace, "true"));
  const before = held();
  await repeat(growthCommands, () => run(workspace, "true"));
  return held() - before;
}

export function shellRows(
  measured: CommandMs & { readonly inTheLoop: number; readonly nodeMs: number; readonly growth: number },
): readonly Row[] {
  const { builtin, program, spawned, cpu, inTheLoop, nodeMs, growth } = measured;
  const above = inTheLoop - program;
  return [
    timeRow("a command on a warm session", { ms: builtin, barMs: 10, nodeMs }),
    row("the same ÷ a bare `bash -c true`", (builtin / spawned).toFixed(2), ["reported", undefined]),
    row("the same, processor time of Hermes", `${cpu.toFixed(2)} ms`, ["reported", undefined]),
    timeRow("a `terminal` call above the bare layer", { ms: above, barMs: 8, nodeMs }),
    row("memory growth over 1,000 commands", `${growth.toFixed(2)} MB`, ["≤ 2 MB, or 2 kB a command", growth <= 2]),
  ];
}

async function run(workspace: Workspace, command: string): Promise<void> {
  const result = await workspace.run(command, {
    shell: "session",
    timeoutMs: 20_000,
    maxOutputBytes: 1_000_000,
    signal: never,
  });
  if (result.status !== "finished" || result.exitCode !== 0) throw new Error(`${command}: ${JSON.stringify(result)}`);
}

function spawnBash(): Promise<void> {
  return new Promise((done, fail) => {
    spawn("bash", ["-c", "true"], { stdio: "ignore" })
      .once("error", fail)
      .once("close", () => done());
  });
}

async function repeat(times: number, act: () => Promise<void>): Promise<void> {
  for (let time = 0; time < times; time++) await act();
}

async function msOf(act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

function held(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6 + childMegabytes();
}

function childMegabytes(): number {
  return treeMegabytes(process.pid) - treeMegabytes(process.pid, { withChildren: false });
}
