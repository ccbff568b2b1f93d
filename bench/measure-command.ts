import { spawn } from "node:child_process";
import { treeMegabytes } from "./process-tree.ts";

export type Command = {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
};

const sampleEveryMs = 15;

/** Wall time of one run of this Node with `args`, in milliseconds. Throws when it fails, so that no error is measured. */
export async function wallMs(command: Command): Promise<number> {
  const began = performance.now();
  await finished(command);
  return performance.now() - began;
}

/** The most memory that the process tree held at one moment, in megabytes. */
export async function peakMegabytes(command: Command): Promise<number> {
  let peak = 0;
  await finished(command, (pid) => {
    peak = Math.max(peak, treeMegabytes(pid));
  });
  return peak;
}

function finished({ args, env, cwd }: Command, sample?: (pid: number) => void): Promise<void> {
  const child = spawn(process.execPath, [...args], { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  const stderr: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
  const sampling = sample === undefined ? undefined : setInterval(() => sample(child.pid ?? 0), sampleEveryMs);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (exitCode) => {
      clearInterval(sampling);
      if (exitCode === 0) done();
      else fail(new Error(`${args.join(" ")} ended with ${exitCode}: ${stderr.join("")}`));
    });
  });
}

/** Runs every command `rounds` times, one after the other in turn, so that a busy moment hits all of them alike. */
export async function mediansInTurn(
  commands: Readonly<Record<string, Command>>,
  rounds: number,
): Promise<Readonly<Record<string, number>>> {
  const times = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(commands)) times.get(name)?.push(await wallMs(command));
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, median(values)]));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}
