import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CommandResult, Workspace } from "../../src/protocol/workspace.ts";
import { createLocalWorkspace } from "../../src/workspaces/local/local-workspace.ts";
import type { Channel } from "../../src/workspaces/session/transport.ts";

const commands = Number(process.env["HERMES_STORM"] ?? 1_000);
/** Marks every process of this test: what still carries it at the end is an orphan. */
const nap = `7${process.pid}.5`;
const never = new AbortController().signal;

/** What is done, what may come of it, and how often among a thousand. */
type Weather = {
  readonly share: number;
  readonly command: (mark: string) => string;
  readonly outcomes: readonly CommandResult["status"][];
  readonly act?: (storm: Storm) => { readonly signal?: AbortSignal; readonly timeoutMs?: number };
};

type Storm = { workspace: Workspace; readonly channels: Channel[]; readonly open: () => Promise<Workspace> };

const later = (act: () => void): void => void setTimeout(act, Math.random() * 60);

const weather: readonly Weather[] = [
  { share: 0.8, command: () => "true", outcomes: ["finished"] },
  { share: 0.04, command: () => "kill -9 $$", outcomes: ["finished"] },
  { share: 0.04, command: () => `sleep ${nap}`, outcomes: ["timed-out"], act: () => ({ timeoutMs: 30 }) },
  {
    share: 0.05,
    command: () => `sleep ${nap} & sleep ${nap}`,
    outcomes: ["stopped"],
    act: () => {
      const stop = new AbortController();
      later(() => stop.abort());
      return { signal: stop.signal };
    },
  },
  {
    share: 0.068,
    command: () => "sleep 0.05",
    outcomes: ["finished"],
    act: ({ channels }) => {
      later(() => channels.splice(0).forEach((channel) => channel.close()));
      return {};
    },
  },
  { share: 0.002, command: () => "kill -9 $PPID; kill -9 $$", outcomes: ["lost"] },
];

test(
  `${commands} commands with kills at random: each result exact or typed, none ran twice, no orphan, memory flat`,
  { timeout: 30_000 + commands * 60 },
  async () => {
    const root = mkdtempSync(join(tmpdir(), "hermes-storm-"));
    const channels: Channel[] = [];
    const open = () =>
      createLocalWorkspace({
        root,
        env: process.env,
        sessionFolder: join(root, ".session"),
        transport: (local) => ({
          ...local,
          open: async () => {
            const channel = await local.open();
            channels.push(channel);
            return channel;
          },
        }),
      });
    const storm: Storm = { workspace: await open(), channels, open };
    const problems: string[] = [];
    const certain = new Set<string>();
    let early = 0;
    for (let i = 0; i < commands; i++) {
      if (i === Math.floor(commands / 4)) early = memory();
      problems.push(...(await gust(storm, i, certain)));
      if (i % 97 === 96) await reopen(storm);
    }
    const growth = memory() - early;
    await storm.workspace[Symbol.asyncDispose]();
    const marks = readFileSync(join(root, "marks"), "utf8").trimEnd().split("\n");
    if (new Set(marks).size !== marks.length) problems.push("a mark was written twice");
    for (const mark of certain) if (!marks.includes(mark)) problems.push(`${mark} finished and was not written`);
    await expect.poll(() => orphans(), { timeout: 5_000 }).toEqual([]);
    rmSync(root, { recursive: true, force: true });
    expect(problems).toEqual([]);
    expect(growth / 1e6).toBeLessThan(40);
  },
);

async function gust(storm: Storm, index: number, certain: Set<string>): Promise<readonly string[]> {
  const kind = pick();
  const mark = `m${index}`;
  const command = `echo ${mark} >>"${storm.workspace.root}/marks"; N=$((N + 1)); echo ${mark}; ${kind.command(mark)}`;
  const options = { timeoutMs: 20_000, signal: never, ...kind.act?.(storm) };
  const result = await storm.workspace.run(command, { shell: "session", maxOutputBytes: 1e6, ...options });
  const text = Buffer.from(result.output).toString();
  // on a busy machine its time is over before the command itself has begun
  const isEarlyEnd = (result.status === "stopped" || result.status === "timed-out") && text === "";
  if (!isEarlyEnd) certain.add(mark);
  if (!kind.outcomes.includes(result.status)) return [`${command}: ${result.status} ${result.note ?? ""}`];
  if (text !== `${mark}\n` && !isEarlyEnd) return [`${command}: printed ${JSON.stringify(text)}`];
  return [];
}

async function reopen(storm: Storm): Promise<void> {
  await storm.workspace[Symbol.asyncDispose]();
  storm.workspace = await storm.open();
}

function pick(): Weather {
  let left = Math.random();
  return (
    weather.find(({ share }) => (left -= share) < 0) ?? { share: 0, command: () => "true", outcomes: ["finished"] }
  );
}

function memory(): number {
  global.gc?.();
  return process.memoryUsage().heapUsed;
}

/** Monitors, shells and sleeps of this test that still live. */
function orphans(): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return line.includes(nap) || line.includes("hermes-storm-") ? [`${pid} ${line}`] : [];
      } catch {
        return []; // it ended between two looks
      }
    });
}
