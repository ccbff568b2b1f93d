import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { peakMegabytes } from "../bench/measure-command.ts";
import { systemClock } from "../src/lib/system-clock.ts";
import { RecallStore } from "../src/store/recall-store.ts";
import { addBulkTalk, messagesPerSession, type Needle } from "./bulk-talk.ts";
import type { Conversation } from "./conversation.ts";
import { type EvalHome, fillHome, openEvalHome } from "./eval-home.ts";
import { makeFiller } from "./filler.ts";
import { loadConversations } from "./load-conversations.ts";
import type { ScaleQuestion } from "./scale-reader.ts";

const needleCount = 200;
const seed = 5;

/** How search behaves in a home of `messages` messages; with data, LoCoMo's questions are asked in it too. */
export async function recallScale(options: {
  readonly messages: number;
  readonly data: string | undefined;
}): Promise<void> {
  const conversations = options.data === undefined ? [] : loadConversations(options.data);
  await using home = await openEvalHome();
  const path = join(home.folder, "hermes.db");
  const { needles, seconds } = await build(home, { path, messages: options.messages, conversations });
  console.log(
    `${options.messages} messages written; indexed in ${seconds.toFixed(0)} s (${((seconds * 1000) / options.messages).toFixed(3)} ms each)`,
  );
  reportSizes(path);
  const asked = [...needles.map(needleQuestion), ...conversations.filter(isTalk).flatMap(talkQuestions)];
  const list = join(home.folder, "questions.json");
  writeFileSync(list, JSON.stringify(asked));
  await run("scale-reader.ts", [path, list, "alone"]);
  const writer = spawn(process.execPath, [script("scale-writer.ts"), path], { stdio: ["pipe", "inherit", "inherit"] });
  await run("scale-reader.ts", [path, list, "while a run writes"]);
  writer.stdin.end();
  await once(writer, "close");
  console.log(await memoryOf(home.folder));
}

type BuildOptions = {
  readonly path: string;
  readonly messages: number;
  readonly conversations: readonly Conversation[];
};

/** The talk that is asked about stands in the middle of the rest, so that it is neither the oldest nor the newest. */
async function build(home: EvalHome, { path, messages, conversations }: BuildOptions) {
  const filler = makeFiller(
    conversations.filter((conversation) => !isTalk(conversation)),
    seed,
  );
  const needleEvery = Math.max(1, Math.floor(messages / needleCount));
  const middle = Math.floor(messages / 2 / messagesPerSession) * messagesPerSession;
  const first = addBulkTalk(path, { filler, from: 0, to: middle, needleEvery });
  const indexing = [await index(path)];
  for (const conversation of conversations.filter(isTalk)) await fillHome(home, conversation);
  const second = addBulkTalk(path, { filler, from: middle, to: messages, needleEvery });
  indexing.push(await index(path));
  return { needles: [...first, ...second], seconds: indexing.reduce((sum, seconds) => sum + seconds, 0) };
}

async function index(path: string): Promise<number> {
  const startedAt = performance.now();
  using store = RecallStore.open(path, { clock: systemClock, deadlineMs: 7_200_000 });
  await store.read(() => undefined);
  return (performance.now() - startedAt) / 1000;
}

function isTalk({ benchmark }: Conversation): boolean {
  return benchmark === "LoCoMo";
}

function needleQuestion({ question, messageId }: Needle): ScaleQuestion {
  return { kind: "needle", text: question, gold: [messageId] };
}

function talkQuestions({ id, questions }: Conversation): readonly ScaleQuestion[] {
  return questions.map(({ text, turns }) => ({
    kind: "talk",
    text,
    gold: Array.from(turns, (turn) => `${id}/${turn}`),
  }));
}

function reportSizes(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true });
  const sizeOf = (pattern: string): number =>
    Number(database.prepare("SELECT sum(pgsize) AS bytes FROM dbstat WHERE name GLOB ?").get(pattern)?.["bytes"]);
  const sql =
    "SELECT sum(length(CAST(coalesce(json_extract(body, '$.parts[0].text'), '') AS BLOB))) AS bytes FROM message";
  const text = Number(database.prepare(sql).get()?.["bytes"]);
  const parts = ["recall_words*", "recall_pieces*", "recall_document*"].map((name) => [name, sizeOf(name)] as const);
  database.close();
  const total = parts.reduce((sum, [, bytes]) => sum + bytes, 0);
  const shown = parts.map(([name, bytes]) => `${name} ${(bytes / text).toFixed(2)}`).join(", ");
  console.log(`text ${(text / 1e6).toFixed(0)} MB · index ${(total / text).toFixed(2)} × text (${shown})`);
}

/** Of the whole program, as it is shipped, while it searches once. */
async function memoryOf(folder: string): Promise<string> {
  const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  if (!existsSync(program)) return "memory of a search: not run (npm run build makes dist/)";
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, HERMES_HOME: folder };
  const args = [program, "sessions", "search", "which report did we talk about"];
  return `memory of a search: ${(await peakMegabytes({ args, env, cwd: folder })).toFixed(0)} MB at most`;
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function run(name: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [script(name), ...args], { stdio: ["ignore", "inherit", "inherit"] });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
}
