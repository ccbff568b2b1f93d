import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAgent, type OpenAgent } from "../../src/app/open-agent.ts";
import type { EmulatedCall } from "../emulators/model-reply.ts";
import { startModelServer, type EmulatedRequest, type ModelServer } from "../emulators/model-server.ts";
import { spellingsOf, thirtyCanaries, type Canary } from "./canaries.ts";
import { ended, endpoint, newPlace, runHermes, type Place } from "./run-hermes.ts";

const canaries = thirtyCanaries();
const taskCount = 200;

/** How a canary comes in, and what a gullible model does with it. `n` is the number of the task. */
type Route = {
  readonly asks?: (canary: Canary) => string;
  readonly calls: (n: number, canary: Canary) => readonly EmulatedCall[];
};

const terminal = (command: string, more: object = {}): EmulatedCall => ({
  name: "terminal",
  arguments: { command, ...more },
});
const indexOf = (n: number): number => (n + Math.floor(n / names.length)) % canaries.length; // each way meets many
const fileOf = (n: number): string => `canary-${indexOf(n)}.txt`;

const routes: Readonly<Record<string, Route>> = {
  said: { asks: (canary) => ` my key is ${canary.value} keep it`, calls: () => [] },
  read: { calls: (n) => [{ name: "read_file", arguments: { path: fileOf(n) } }] },
  printed: { calls: (n) => [terminal(`cat ${fileOf(n)}; touch seen`)] },
  searched: { calls: () => [{ name: "search_files", arguments: { pattern: "value:", path: "." } }] },
  failed: { calls: (n) => [terminal(`echo "cannot log in with $(cat ${fileOf(n)})" >&2; exit 9`)] },
  background: { calls: (n) => [terminal(`cat ${fileOf(n)}; sleep 0.2`, { background: true })] },
  long: { calls: (n) => [terminal(`for i in 1 2 3 4 5 6 7 8 9; do seq 1 900; cat ${fileOf(n)}; done`)] },
  kept: { calls: (n) => [terminal(`KEPT="$(cat ${fileOf(n)})"; kept() { echo '${n}'; }; export KEPT`)] },
  written: {
    calls: (n, canary) => [
      { name: "write_file", arguments: { path: `out-${n}.txt`, content: `key: ${canary.value}\n` } },
    ],
  },
  run: { calls: (_, canary) => [terminal(`curl -H 'Authorization: ${canary.value}' http://127.0.0.1:1/`)] },
  patched: {
    calls: (n) => [
      { name: "read_file", arguments: { path: fileOf(n) } },
      { name: "patch", arguments: { path: fileOf(n), old_string: "count: ", new_string: "count: 1" } },
    ],
  },
  given: {
    calls: (_, { name }) => {
      const variable = `$${name ?? "STORED_3"}`;
      const command = `echo "plain ${variable}"; printf %s "${variable}" | base64; printf %s "${variable}" | od -An -tx1 | tr -d ' \\n'`;
      return [terminal(command, { secrets: [name ?? "STORED_3"] })];
    },
  },
};
const names = Object.keys(routes);

function reply({ asked, results }: EmulatedRequest) {
  const n = Number(/task (\d+)/u.exec(asked)?.[1] ?? 0);
  const canary = canaryOf(n);
  const call = routes[names[n % names.length] ?? ""]?.calls(n, canary)[results.length];
  if (call !== undefined) return { text: "Doing it.", calls: [call] };
  const last = results.at(-1) ?? "";
  const id = /job (\S+) runs in the background/u.exec(last)?.[1];
  if (id !== undefined) return { calls: [{ name: "process", arguments: { action: "wait", id } }] };
  return { text: `Done with ${n}: ${canary.value} it was.`, reasoning: `I recall ${canary.value}` };
}

function canaryOf(n: number): Canary {
  return canaries[indexOf(n)] ?? { value: "none" };
}

let place: Place;
let server: ModelServer;
let shown = "";
const outputs: string[] = [];

beforeAll(async () => {
  server = await startModelServer({ reply });
  place = newPlace(endpoint(server.baseUrl));
  writeCanaries();
  for (const { name, value } of canaries) {
    if (name !== undefined) await runHermes(place, ["secrets", "set", name], { stdin: value });
  }
  await using watch = watchProcesses();
  {
    await using agent = await openAgent({
      environment: place.env,
      flags: [],
      allow: [],
      cwd: place.folder,
      isEphemeral: false,
      askPassphrase: () => Promise.resolve(undefined),
      notice: (text) => outputs.push(text),
    });
    for (let n = 0; n < taskCount; n += 20) await runTwenty(agent, n);
  }
  await exportAll();
  shown = await watch.end();
}, 300_000);

afterAll(async () => {
  await server.close();
  place[Symbol.dispose]();
});

function writeCanaries(): void {
  mkdirSync(place.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(place.folder, "AGENTS.md"), `Use the key ${canaries[0]?.value ?? ""} for everything.\n`);
  for (const [index, { value }] of canaries.entries()) {
    writeFileSync(join(place.folder, `canary-${index}.txt`), `value: ${value}\ncount: \n`);
  }
}

async function runTwenty({ runtime, newId }: OpenAgent, from: number): Promise<void> {
  const session = await runtime.open({ personId: "owner", surface: "command-line", root: place.folder });
  for (let n = from; n < from + 20; n++) {
    const listening = new AbortController();
    const events = runtime.events(session.id, listening.signal);
    const asks = routes[names[n % names.length] ?? ""]?.asks?.(canaryOf(n)) ?? "";
    const grants = { surface: "one-shot", yes: true, allow: [] } as const;
    await runtime.submit(session.id, { text: `task ${n}${asks}`, grants, key: newId() });
    for await (const event of events) {
      outputs.push(JSON.stringify(event));
      if (event.type === "run-end") break;
    }
    listening.abort();
  }
}

async function exportAll(): Promise<void> {
  const commands = [
    ["sessions", "list", "--json"],
    ["sessions", "search", "key", "--json"],
    ["config", "list"],
    ["secrets"],
    ["audit"],
  ];
  for (const command of commands) outputs.push(JSON.stringify(await runHermes(place, command)));
  const { stdout } = await runHermes(place, ["sessions", "list", "--json"]);
  for (const line of stdout.trim().split("\n").slice(0, 4)) {
    const { id } = JSON.parse(line) as { id: string };
    outputs.push((await runHermes(place, ["sessions", "show", id, "--json"])).stdout);
  }
}

/** Looks at the arguments of every process of this machine, all the time, and prints each canary that it sees. */
function watchProcesses(): AsyncDisposable & { end(): Promise<string> } {
  const looking = [
    "const fs = require('node:fs'); const wanted = JSON.parse(process.env.WANTED); process.stdin.resume();",
    "process.stdin.on('end', () => { console.log('looks ' + (looks > 5)); process.exit(); }); let looks = 0;",
    "setInterval(() => { looks++; for (const pid of fs.readdirSync('/proc')) { if (!/^\\d+$/.test(pid)) continue;",
    "let text = ''; try { text = fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8'); } catch {}",
    "for (const each of wanted) if (text.includes(each)) console.log('seen ' + each + ' in ' + text.slice(0, 200)); } }, 40);",
  ].join("\n");
  const child = spawn(process.execPath, ["-e", looking], {
    env: { WANTED: JSON.stringify(canaries.flatMap(spellingsOf)) },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const end = ended(child);
  return {
    async end() {
      child.stdin?.end();
      return (await end).stdout;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await end;
    },
  };
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function hitsIn(text: string): readonly string[] {
  return canaries.flatMap(spellingsOf).filter((spelling) => text.includes(spelling));
}

describe("after 200 tasks with 30 canaries", () => {
  test("the model was asked, and was told no value", () => {
    expect(server.requests.length).toBeGreaterThan(taskCount);
    expect(server.requests.filter(({ raw }) => hitsIn(raw).length > 0).map(({ asked }) => asked)).toEqual([]);
    expect(server.requests.some(({ raw }) => raw.includes("‹secret:STORED_3›"))).toBe(true);
  });

  test("no file that Hermes wrote holds one", () => {
    const all = filesBelow(place.env["HOME"] ?? "");
    const files = all.filter((path) => !path.startsWith(`${place.folder}/`));
    expect(files.some((path) => path.endsWith("hermes.db"))).toBe(true);
    const hits = files.flatMap((path) => {
      const bytes = readFileSync(path);
      return [...hitsIn(bytes.toString("utf8")), ...hitsIn(bytes.toString("utf16le"))].map((hit) => `${path}: ${hit}`);
    });
    expect(hits).toEqual([]);
  });

  test("nothing that was shown or exported holds one", () => {
    expect(outputs.length).toBeGreaterThan(taskCount);
    expect(outputs.flatMap(hitsIn)).toEqual([]);
  });

  test("no process had one in its arguments", () => {
    expect(shown).toBe("looks true\n");
  });

  test("the person's files have their values still, and none has a placeholder", () => {
    for (const [index, { value }] of canaries.entries()) {
      const text = readFileSync(join(place.folder, `canary-${index}.txt`), "utf8");
      expect([index, text.startsWith(`value: ${value}\n`)]).toEqual([index, true]);
    }
    const all = filesBelow(place.folder).map((path) => readFileSync(path, "utf8"));
    expect(all.filter((text) => text.includes("‹secret:"))).toEqual([]);
    expect(all.filter((text) => text.includes("count: 1")).length).toBeGreaterThan(5);
  });

  test("a command that was given a value had it", () => {
    const given = outputs.filter((text) => text.includes('"tool-end"') && text.includes("plain ‹secret:STORED_3›"));
    expect(given.length).toBeGreaterThan(5);
  });
});
