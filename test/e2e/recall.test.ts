import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newId } from "../../src/lib/new-id.ts";
import { currentOwner } from "../../src/lib/process-owner.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import { openLedger } from "../../src/store/open-ledger.ts";
import { startModelServer, type EmulatedRequest } from "../emulators/model-server.ts";
import type { EmulatedReply } from "../emulators/model-reply.ts";
import { ended, endpoint, newPlace, runHermes, startHermes, type Place } from "./run-hermes.ts";

/** What is waited for on a busy machine. */
const patient = { HERMES_SET_RECALL__HINT_MILLISECONDS: "30000" };

const said = { usage: { input: 10, output: 5 } };

/** Answers tasks about the harbour, and requests for a summary with `summary`. */
function harbour(summary: (request: EmulatedRequest) => EmulatedReply): (request: EmulatedRequest) => EmulatedReply {
  return (request) => {
    if (isSummary(request)) return summary(request);
    return { ...said, text: request.asked.includes("Postgres") ? "Noted: Postgres." : "Noted: SQLite from today." };
  };
}

function isSummary({ raw }: EmulatedRequest): boolean {
  return raw.includes("Passages, oldest first");
}

async function tellTwoSessions(place: Place): Promise<readonly string[]> {
  await runHermes(place, ["-p", "The harbour takes Postgres"]);
  await runHermes(place, ["-p", "The harbour moves to SQLite"]);
  const rows = jsonLines((await runHermes(place, ["sessions", "list", "--json"])).stdout);
  return rows.map(({ id }) => String(id)).toReversed();
}

function jsonLines(text: string): readonly Record<string, unknown>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const noSummary = (): EmulatedReply => ({ text: "NONE" });

describe("hermes sessions search", () => {
  test("shows what was found in order of time, the newest marked, one object a window with --json", async () => {
    await using server = await startModelServer({ reply: harbour(noSummary) });
    using place = newPlace(endpoint(server.baseUrl));
    const [first, second] = await tellTwoSessions(place);
    const calls = server.requests.length;
    const run = await runHermes(place, ["sessions", "search", "harbour", "database"]);
    const date = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d`;
    expect(run.stdout).toMatch(
      new RegExp(
        `^${date}  The harbour takes Postgres\n    ${first}\n    #1 user: The harbour takes Postgres\n` +
          `${date}  The harbour moves to SQLite  \\[newest\\]\n    ${second}\n    #1 user: The harbour moves to SQLite\n$`,
        "u",
      ),
    );
    const windows = jsonLines((await runHermes(place, ["sessions", "search", "harbour", "--json"])).stdout);
    expect(windows).toMatchObject([
      { sessionId: first, isNewest: false, found: [1], messages: [{ seq: 1, role: "user" }, { seq: 2 }] },
      { sessionId: second, isNewest: true, sessionTitle: "The harbour moves to SQLite" },
    ]);
    expect(server.requests).toHaveLength(calls);
  });

  test("is narrowed by time and surface, and explains what it does not understand", async () => {
    await using server = await startModelServer({ reply: harbour(noSummary) });
    using place = newPlace(endpoint(server.baseUrl));
    await tellTwoSessions(place);
    const search = (...options: readonly string[]) => runHermes(place, ["sessions", "search", "harbour", ...options]);
    expect((await search("--from", "today", "--to", "today")).stdout).toContain("SQLite");
    expect((await search("--to", "yesterday")).stdout).toBe("Nothing found.\n");
    expect((await search("--surface", "gateway")).stdout).toBe("Nothing found.\n");
    expect(await search("--from", "soon")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^hermes: --from soon is no time: write it as in 2026-11-20, /u),
    });
    expect(await search("--surface", "moon")).toMatchObject({ exitCode: 2 });
  });

  test("works while a run writes", async () => {
    const waiting = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    await using server = await startModelServer({
      reply: async ({ asked }) => {
        if (asked.includes("slow")) waiting.resolve();
        if (asked.includes("slow")) await over.promise;
        return { text: "Done." };
      },
    });
    using place = newPlace(endpoint(server.baseUrl));
    const running = startHermes(place, ["-p", "The slow harbour"]);
    const end = ended(running);
    running.stdin?.end();
    await waiting.promise;
    expect((await runHermes(place, ["sessions", "search", "harbour"])).stdout).toContain("#1 user: The slow harbour");
    over.resolve();
    expect(await end).toMatchObject({ exitCode: 0, stdout: "Done.\n" });
  });
});

describe("a summary", () => {
  test("names its sources, is written by the auxiliary model, and is paid for as a summary", async () => {
    let first = "";
    await using server = await startModelServer({ reply: harbour(noSummary) });
    await using auxiliary = await startModelServer({
      reply: () => ({ ...said, text: `It began with Postgres. [${first.slice(0, 12)} #1]` }),
    });
    using place = newPlace({
      ...endpoint(server.baseUrl),
      OPENAI_API_KEY: "test-key",
      HERMES_SET_MODEL__AUXILIARY: "openai/gpt-5.4",
      HERMES_SET_MODEL__PROVIDER_URLS: `openai=${auxiliary.baseUrl}`,
    });
    first = (await tellTwoSessions(place))[0] ?? "";
    const cited = `It began with Postgres [${first.slice(0, 12)} #1].`;
    const search = await runHermes(place, ["sessions", "search", "harbour", "--summarize"]);
    expect(search).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^It began with Postgres \[/u) });
    const recall = await runHermes(place, ["-p", "/recall which database has the harbour?"]);
    expect(recall.stdout.split("\n")[0]).toBe(cited);
    expect(auxiliary.requests).toHaveLength(2);
    expect(server.requests).toHaveLength(2);
    const rows = jsonLines((await runHermes(place, ["usage", "--json"])).stdout);
    expect(rows.map(({ model, calls }) => [model, calls])).toContainEqual(["openai/gpt-5.4", 2]);
  });

  test.each<[string, EmulatedReply, RegExp]>([
    ["is down", { fault: { kind: "status", status: 401 } }, /There is no summary \(.*key.*\); these are the passages/u],
    [
      "is slow",
      { fault: { kind: "silence" } },
      /There is no summary \(the model was not done within 1 s\); these are/u,
    ],
    [
      "lies about its source",
      { text: "It is MySQL. [0zzzzzzzzzzz #7]" },
      /There is no summary \(none of it named a source that was given\); these are the passages/u,
    ],
    ["cites nothing", { text: "It is MySQL." }, /There is no summary \(none of it named a source/u],
  ])("of a model that %s is replaced by what was found", async (_, reply, notice) => {
    await using server = await startModelServer({ reply: harbour(() => reply) });
    using place = newPlace({ ...endpoint(server.baseUrl), HERMES_SET_RECALL__SUMMARY_SECONDS: "1" });
    await tellTwoSessions(place);
    const search = await runHermes(place, ["sessions", "search", "harbour", "--summarize"]);
    expect([search.exitCode, search.stdout.includes("MySQL")]).toEqual([0, false]);
    expect(search.stdout).toContain("#1 user: The harbour moves to SQLite");
    expect(search.stderr).toMatch(notice);
    const recall = await runHermes(place, ["-p", "/recall harbour"]);
    expect([recall.exitCode, recall.stdout.includes("MySQL")]).toEqual([0, false]);
    expect(recall.stdout).toMatch(notice);
    expect(recall.stdout).toContain("user: The harbour moves to SQLite");
  });

  test("is had by the agent with its tool, and the run goes on without one", async () => {
    let id = "";
    const call = { name: "session_search", arguments: { query: "harbour", summarize: true } };
    let summary: EmulatedReply = { fault: { kind: "status", status: 401 } };
    await using server = await startModelServer({
      reply: (request) => {
        if (isSummary(request)) return summary;
        if (!request.asked.includes("Look it up")) return { text: "Noted." };
        return request.results.length === 0 ? { calls: [call] } : { text: request.results[0] ?? "" };
      },
    });
    using place = newPlace(endpoint(server.baseUrl));
    id = (await tellTwoSessions(place))[0] ?? "";
    const down = await runHermes(place, ["-p", "Look it up"]);
    expect(down).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^There is no summary \(/u) });
    summary = { text: `Postgres. [${id.slice(0, 12)} #1]` };
    const up = await runHermes(place, ["-p", "Look it up"]);
    expect(up.stdout.split("\n")[0]).toBe(`Postgres [${id.slice(0, 12)} #1].`);
  });
});

test("what other people said is neither found, nor hinted at, nor given to a model", async () => {
  await using server = await startModelServer({ reply: harbour(noSummary) });
  using place = newPlace({ ...endpoint(server.baseUrl), ...patient });
  await tellTwoSessions(place);
  await plantForeign(join(place.home, "hermes.db"));
  const runs = [
    await runHermes(place, ["sessions", "search", "purple harbour canary", "--summarize"]),
    await runHermes(place, ["sessions", "search", "harbour", "--person", "zora", "--json"]),
    await runHermes(place, ["-p", "/recall the purple harbour canary"]),
    await runHermes(place, ["-p", "Paint the purple harbour like last time"]),
  ];
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  expect(runs.map(({ stdout }) => stdout).join("")).not.toContain("Zora");
  expect(server.requests.map(({ raw }) => raw).join("")).not.toContain("Zora");
  expect(server.requests.at(-1)?.asked).toContain("<attached");
});

/** A session of somebody else in the same home. */
async function plantForeign(path: string): Promise<void> {
  const here = currentOwner();
  const [isAlive, notice] = [() => true, () => undefined];
  await using ledger = await openLedger({ path, clock: systemClock, newId, isAlive, notice, durability: "normal" });
  const ids = { sessionId: "0foreign000000000000", runId: newId(), messageId: newId() };
  await ledger.openSession({
    id: ids.sessionId,
    audience: "direct:zora",
    personId: "owner",
    surface: "gateway",
    root: "/repo",
  });
  const message = { role: "user", parts: [{ type: "text", text: "Zora's purple harbour canary" }] } as const;
  await ledger.acceptInbound({ platform: "lab", account: "lab", key: "1", ...ids, message, acceptedBy: here });
  await ledger.claimRun(ids.runId, here, 60_000);
  await ledger.finishRun({ runId: ids.runId, state: "done", outbox: [] });
}

test("a slash command that is not there names those that are; a path is a task", async () => {
  await using server = await startModelServer({ reply: () => ({ text: "A task." }) });
  using place = newPlace(endpoint(server.baseUrl));
  expect(await runHermes(place, ["-p", "/recall anything"])).toMatchObject({
    exitCode: 1,
    stderr: "hermes: Nothing was said in this home yet.\n",
  });
  expect(await runHermes(place, ["-p", "/tmp"])).toMatchObject({ exitCode: 0, stdout: "A task.\n" });
  const unknown = await runHermes(place, ["-p", "/recal anything"]);
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    2,
    "hermes: There is no command /recal. There is: /recall QUESTION (answers from past sessions, with sources); /undo [--force | --keep] (takes back the last turn: its file changes, and that the model knows of it).\n",
  ]);
  expect(await runHermes(place, ["-p", "/recall"])).toMatchObject({ exitCode: 2 });
});

describe("a message that points back", () => {
  test("is sent and kept with hints beside it, which are nobody's words", async () => {
    await using server = await startModelServer({ reply: harbour(noSummary) });
    using place = newPlace({ ...endpoint(server.baseUrl), ...patient });
    const [first, second] = await tellTwoSessions(place);
    await runHermes(place, ["-p", "Set up the harbour like last time"]);
    await runHermes(place, ["-c", "-p", "Thanks"]);
    const [, , hinted, after] = server.requests;
    const text = [
      'Set up the harbour like last time\n\n<attached source="recall">\nPerhaps meant: passages of earlier sessions,',
      `- ${first?.slice(0, 12)} #1 `,
      " user: The harbour takes Postgres\n",
      `- ${second?.slice(0, 12)} #1 `,
    ];
    for (const piece of text) expect(hinted?.asked).toContain(piece);
    const messages = (request: EmulatedRequest | undefined): string => JSON.stringify(request?.body["messages"]);
    expect(messages(after).startsWith(messages(hinted).slice(0, -1))).toBe(true);
    const shown = await runHermes(place, ["sessions", "search", "Perhaps meant passages", "--json"]);
    expect(shown.stdout).not.toContain("Perhaps");
    const [newest] = jsonLines((await runHermes(place, ["sessions", "list", "--json"])).stdout);
    const session = await runHermes(place, ["sessions", "show", String(newest?.["id"])]);
    expect(session.stdout).toMatch(/^── 1 user · .*\nSet up the harbour like last time\n── 2 assistant/u);
  });

  test("has the same prompt prefix as any other, and any other gets no hint", async () => {
    await using server = await startModelServer({ reply: harbour(noSummary) });
    using place = newPlace({ ...endpoint(server.baseUrl), ...patient });
    await tellTwoSessions(place);
    await runHermes(place, ["-p", "Set up the harbour"]);
    const off = { env: { HERMES_SET_RECALL__HINT_MILLISECONDS: "0" } };
    await runHermes(place, ["-p", "Set up the harbour as last time"], off);
    expect(server.requests.at(-1)?.asked).toBe("Set up the harbour as last time");
    await runHermes(place, ["-p", "Set up the harbour like last time"]);
    const [plain, , hinted] = server.requests.slice(-3);
    const system = (request: EmulatedRequest | undefined): string =>
      JSON.stringify([request?.body["messages"]]).split('"role":"user"')[0] ?? "";
    expect([plain?.asked, hinted?.asked.includes("<attached")]).toEqual(["Set up the harbour", true]);
    expect([system(hinted), JSON.stringify(hinted?.body["tools"])]).toEqual([
      system(plain),
      JSON.stringify(plain?.body["tools"]),
    ]);
  });
});
