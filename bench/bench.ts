import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { newId } from "../src/lib/new-id.ts";
import { systemClock } from "../src/lib/system-clock.ts";
import { openLedger } from "../src/store/open-ledger.ts";
import { barNodeMs, row, timeRow, type Row } from "./bench-row.ts";
import { measureCheckpoint, type CheckpointTimes } from "./measure-checkpoint.ts";
import { mediansInTurn, median, peakMegabytes, type Command } from "./measure-command.ts";
import { benchCommand, commandMs, commandGrowth, shellRows } from "./shell-bench.ts";

const repository = resolve(import.meta.dirname, "..");
const program = join(repository, "dist", "main.js");
const rounds = Number(process.env["HERMES_BENCH_ROUNDS"] ?? 15);
const memoryRounds = 5;

const parent = mkdtempSync(join(tmpdir(), "hermes-bench-"));
try {
  const results = await measure();
  const table = render(results);
  writeFileSync(join(repository, "bench", "results.md"), table);
  console.log(table);
  process.exitCode = results.every((result) => result.isKept !== false) ? 0 : 1;
} finally {
  rmSync(parent, { recursive: true, force: true });
}

async function measure(): Promise<readonly Row[]> {
  const folder = join(parent, "work");
  mkdirSync(folder);
  writeFileSync(join(folder, "notes.txt"), "a line of notes\n".repeat(200));
  using server = await startEmulator();
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: parent,
    HERMES_HOME: join(parent, "home"),
    HERMES_BASE_URL: `http://127.0.0.1:${server.port}/v1`,
    HERMES_MODEL: "emulated",
  };
  const hermes = (...args: readonly string[]): Command => ({ args: [program, ...args], env, cwd: folder });
  const manyHome = join(parent, "many");
  await fillHome(manyHome, 1_000);
  const commands = {
    node: { args: ["-e", "0"], env, cwd: folder },
    version: hermes("--version"),
    list: { ...hermes("sessions", "list", "--json"), env: { ...env, HERMES_HOME: manyHome } },
    oneCall: hermes("-p", "one command", "--yes"),
    oneRead: hermes("-p", "reads: 1"),
    manyReads: hermes("-p", "reads: 21"),
    oneCommand: hermes("-p", "commands: 1", "--yes"),
    manyCommands: hermes("-p", "commands: 21", "--yes"),
  };
  await mediansInTurn(commands, 2); // fills the compile cache and the page cache
  const ms = await mediansInTurn(commands, rounds);
  const memory = await memoryOf(commands.oneRead, commands.manyReads, commands.oneCall);
  const command = await commandMs(folder, env);
  const nodeMs = ms["node"] ?? Number.NaN;
  const inTheLoop = ((ms["manyCommands"] ?? Number.NaN) - (ms["oneCommand"] ?? Number.NaN)) / 20;
  return [
    ...rowsOf(ms, memory),
    ...shellRows({ ...command, inTheLoop, nodeMs, growth: await commandGrowth(folder, env) }),
    ...checkpointRows(await measureCheckpoint(parent), nodeMs),
  ];
}

type Memory = { readonly oneCall: number; readonly growth: number };

async function memoryOf(one: Command, many: Command, oneCall: Command): Promise<Memory> {
  const peaks = { one: [] as number[], many: [] as number[], oneCall: [] as number[] };
  for (let round = 0; round < memoryRounds; round++) {
    peaks.one.push(await peakMegabytes(one));
    peaks.many.push(await peakMegabytes(many));
    peaks.oneCall.push(await peakMegabytes(oneCall));
  }
  return { oneCall: median(peaks.oneCall), growth: median(peaks.many) - median(peaks.one) };
}

function rowsOf(ms: Readonly<Record<string, number>>, memory: Memory): readonly Row[] {
  const at = (name: string): number => ms[name] ?? Number.NaN;
  const ratio = (name: string): number => at(name) / at("node");
  const perRead = (at("manyReads") - at("oneRead")) / 20;
  return [
    row("`node -e 0`, the reference", `${at("node").toFixed(1)} ms`, ["", undefined]),
    row("`hermes --version` ÷ node", ratio("version").toFixed(2), ["reported, ≤ 1.3 aimed at", undefined]),
    row("`hermes sessions list --json`, 1,000 sessions, ÷ node", ratio("list").toFixed(2), [
      "≤ 2.5",
      ratio("list") <= 2.5,
    ]),
    row("one-shot with one tool call ÷ node", ratio("oneCall").toFixed(2), ["≤ 10", ratio("oneCall") <= 10]),
    row("the same, peak memory of the whole tree", `${memory.oneCall.toFixed(1)} MB`, [
      "≤ 90 MB",
      memory.oneCall <= 90,
    ]),
    timeRow("each further `read_file`", { ms: perRead, barMs: 6, nodeMs: at("node") }),
    row("memory that 21 calls add to 1", `${memory.growth.toFixed(1)} MB`, ["≤ 5 MB", memory.growth <= 5]),
  ];
}

function checkpointRows({ listMs, firstMs, nextMs }: CheckpointTimes, nodeMs: number): readonly Row[] {
  return [
    timeRow("listing 15,000 files for a checkpoint", { ms: listMs, barMs: 150, nodeMs }),
    row("the first checkpoint of them", `${firstMs.toFixed(0)} ms`, ["", undefined]),
    row("the next one, nothing changed", `${nextMs.toFixed(0)} ms`, ["", undefined]),
  ];
}

function render(rows: readonly Row[]): string {
  const lines = rows.map(({ what, measured, bar, isKept }) => {
    const verdict = isKept === undefined ? "" : isKept ? "kept" : "MISSED";
    return `| ${what} | ${measured} | ${bar} | ${verdict} |`;
  });
  const place = `${cpus().length} cores, Node ${process.versions.node}, medians of ${rounds} runs in turn, model emulated at 0 ms`;
  return [
    "# Bench",
    "",
    `\`npm run bench\` writes this page: ${place}.`,
    `Bars in milliseconds are meant for a machine where \`node -e 0\` takes ${barNodeMs} ms: behind what was measured stands`,
    "what that is there, and it is compared.",
    "",
    "| what | measured | bar | |",
    "|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

async function fillHome(home: string, sessions: number): Promise<void> {
  const ledger = await openLedger({
    path: join(home, "hermes.db"),
    clock: systemClock,
    newId,
    isAlive: () => true,
    notice: () => undefined,
    durability: "normal",
  });
  for (let index = 0; index < sessions; index++) {
    await ledger.openSession({
      id: newId(),
      audience: "direct:owner",
      personId: "owner",
      surface: "command-line",
      root: home,
    });
  }
  await ledger[Symbol.asyncDispose]();
}

/** The vendor runs in a process of its own, so that its work is not ours. */
async function startEmulator(): Promise<Disposable & { readonly port: number }> {
  const reads = Array.from({ length: 21 }, (_, index) => ({
    asked: "reads: 21",
    results: index,
    reply: {
      calls: [{ name: "read_file", arguments: { path: "notes.txt", offset: index + 1, limit: 20 } }],
    },
  }));
  const commands = Array.from({ length: 21 }, (_, index) => ({
    asked: "commands: 21",
    results: index,
    reply: { calls: [{ name: "terminal", arguments: { command: `${benchCommand} # ${index}` } }] },
  }));
  const script = {
    rules: [
      ...reads,
      ...commands,
      {
        asked: "commands: 1",
        results: 0,
        reply: { calls: [{ name: "terminal", arguments: { command: benchCommand } }] },
      },
      { asked: "reads: 1", results: 0, reply: { calls: [{ name: "read_file", arguments: { path: "notes.txt" } }] } },
      { asked: "one command", results: 0, reply: { calls: [{ name: "terminal", arguments: { command: "echo hi" } }] } },
    ],
    otherwise: { text: "Done." },
  };
  const main = join(repository, "test", "emulators", "model-server-main.ts");
  const child = spawn(process.execPath, [main, JSON.stringify(script)], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<number>((done) =>
    child.stdout.once("data", (text: Buffer) => done(Number(text.toString()))),
  );
  return { port, [Symbol.dispose]: () => void child.kill() };
}
