import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../../../src/protocol/json.ts";
import { openRecallLab, type RecallLab } from "../recall/recall-lab.ts";
import { openBench, type Bench } from "./tool-harness.ts";

const long = Array.from({ length: 9_000 }, (_, index) => `word${index}`).join(" ");
const noModel = (): never => {
  throw new Error("no model is called without summarize");
};

let lab: RecallLab;
let bench: Bench;
beforeEach(async () => {
  lab = await openRecallLab();
  await lab.tell({
    id: "0aaaaaaaaaaa11111111",
    at: "2026-11-18T09:15",
    said: [
      ["Which database do we take for the harbour project?", "We take Postgres for the harbour."],
      ["And the port?", "It listens on 5432."],
    ],
  });
  await lab.tell({
    id: "0bbbbbbbbbbb22222222",
    at: "2026-11-20T17:40",
    said: [["The harbour project moves to SQLite now.", "Noted: the harbour uses SQLite from today."]],
  });
  await lab.tell({
    id: "0bbbbbbbbbbb33333333",
    at: "2026-11-21T08:00",
    audience: "direct:eve",
    said: [["My harbour canary is purple.", "Purple harbour canary, I see."]],
  });
  await lab.tell({ id: "0ccccccccccc44444444", at: "2026-11-21T09:00", said: [["Long one", long]] });
  await lab.tell({
    id: "0ddddddddddd55555555",
    at: "2026-11-21T10:00",
    surface: "schedule",
    said: [["Report on the harbour", "The harbour report is done."]],
  });
  bench = await openBench({ ledger: lab.ledger, pastSessions: () => Promise.resolve(lab.past(noModel)) });
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  await lab[Symbol.asyncDispose]();
});
const search = async (input: Record<string, Json>): Promise<string> => (await bench.call("session_search", input)).text;

test("a turn that was taken back is neither found nor read", async () => {
  const sessionId = "0bbbbbbbbbbb22222222";
  const runId = (await lab.ledger.messages(sessionId))[0]?.runId ?? "";
  await lab.ledger.takeBackTurn({ sessionId, runId });
  expect(await search({ query: "harbour SQLite" })).not.toContain("SQLite");
  expect(await search({ session_id: sessionId })).not.toContain("Noted");
});

describe("a query", () => {
  test("gives passages in order of time, the newest marked, and says how to read on", async () => {
    expect(await search({ query: "harbour" })).toBe(
      [
        '0aaaaaaaaaaa 2026-11-18 "Which database do we take for the harbour project?" (command-line)',
        "* #1 2026-11-18 09:15 user: Which database do we take for the harbour project?",
        "* #2 2026-11-18 09:15 assistant: We take Postgres for the harbour.",
        "  #3 2026-11-18 09:15 user: And the port?",
        "  #4 2026-11-18 09:15 assistant: It listens on 5432.",
        '0bbbbbbbbbbb 2026-11-20 "The harbour project moves to SQLite now." (command-line) newest',
        "* #1 2026-11-20 17:40 user: The harbour project moves to SQLite now.",
        "* #2 2026-11-20 17:40 assistant: Noted: the harbour uses SQLite from today.",
        "[oldest first; where they differ, the newest holds]",
        "[read around one: session_id and around=<number after #>]",
      ].join("\n"),
    );
    expect(await search({ query: "zebra" })).toBe('Nothing found for "zebra". Try fewer or other words.');
  });

  test("is narrowed by time, surface, person, session and role", async () => {
    const sessionsIn = async (input: Record<string, Json>): Promise<readonly (string | undefined)[]> =>
      [...(await search({ query: "harbour", ...input })).matchAll(/^(0\w+) /gmu)].map(([, id]) => id);
    expect(await sessionsIn({ from: "2026-11-19" })).toEqual(["0bbbbbbbbbbb"]);
    expect(await sessionsIn({ to: "2026-11-18" })).toEqual(["0aaaaaaaaaaa"]);
    expect(await sessionsIn({ after: "2026-11-18", before: "2026-11-19" })).toEqual(["0aaaaaaaaaaa"]);
    expect(await sessionsIn({ surface: "schedule" })).toEqual(["0ddddddddddd"]);
    expect(await sessionsIn({ person: "somebody" })).toEqual([]);
    expect(await sessionsIn({ session_id: "0bbbbbbbbbbb" })).toEqual(["0bbbbbbbbbbb"]);
    expect(await sessionsIn({ role_filter: "tool" })).toEqual([]);
    expect(await sessionsIn({ sort: "newest" })).toEqual(["0bbbbbbbbbbb", "0aaaaaaaaaaa"]);
    expect(await search({ query: "harbour", from: "the day of the storm" })).toBe(
      '"the day of the storm" is no time: write it as in 2026-11-20, 2026-11, 2026-11-20T09:30, today, yesterday, last week, 3 days ago.',
    );
  });

  test("does not find itself in the run that asks, but what was said earlier in the same session", async () => {
    const session = await lab.tell({
      id: "0g",
      said: [
        ["The pier is closed.", "Noted."],
        ["Was the pier closed?", "I look."],
      ],
    });
    const asking = (await lab.ledger.messages(session.id))[2];
    const call = { sessionId: session.id, runId: asking?.runId ?? "" };
    const { text } = await bench.call("session_search", { query: "pier" }, call);
    expect(text.match(/^\*.*$/gmu)).toEqual([expect.stringMatching(/^\* #1 .* user: The pier is closed\.$/u)]);
    expect(text).toMatch(/^0g .* newest\n/u);
    await lab.tell({ id: "0h", said: [["Who closed the pier?", "I look."]] });
    const [again] = await lab.ledger.messages("0h");
    const other = { sessionId: "0h", runId: again?.runId ?? "" };
    const found = (await bench.call("session_search", { query: "pier" }, other)).text;
    expect(found.match(/^0\w .*$/gmu)).toEqual([expect.stringMatching(/^0g .* newest$/u)]);
  });

  test("marks the newest of what it shows", async () => {
    expect(await search({ query: "harbour Postgres 5432", limit: 1, role_filter: "assistant" })).toMatch(
      /^0aaaaaaaaaaa .* newest\n/u,
    );
  });

  test("long passages are cut around the words, and the whole stays bounded", async () => {
    const text = await search({ query: "word7000" });
    expect(text).toContain("word7000");
    expect(text.length).toBeLessThan(2_000);
    for (let number = 0; number < 10; number++)
      await lab.tell({ id: `0e${number}eeeeeeeeee666666`, said: [[`quay ${long}`, `quay ${long}`]] });
    const bounded = await search({ query: "quay", limit: 10 });
    expect(bounded.length).toBeLessThan(14_000);
    expect(bounded).toMatch(/\[\d more are not shown: ask with a smaller limit, or for a shorter time\]/u);
  });

  test("what programs once printed cannot steer the terminal that shows it", async () => {
    await lab.tell({ id: "0f", said: [["The lighthouse \u001b[2J\u0007blinks", "\u009b31mYes"]] });
    const text = await search({ query: "lighthouse" });
    expect(text).toContain("The lighthouse  [2J blinks");
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });

  test("a summary needs something to answer", async () => {
    expect(await search({ summarize: true })).toBe("summarize needs a query: what should the summary answer?");
  });
});

test("a summary names its sources, and the call is paid for by the run", async () => {
  const reply = () => ({ text: "Postgres came first. [0aaaaaaaaaaa #2] SQLite holds now. [0bbbbbbbbbbb #2]" });
  const past = lab.past(reply);
  await using own = await openBench({ ledger: lab.ledger, pastSessions: () => Promise.resolve(past) });
  const result = await own.call("session_search", { query: "harbour database", summarize: true });
  expect(result.text).toBe(
    [
      "Postgres came first [0aaaaaaaaaaa #2]. SQLite holds now [0bbbbbbbbbbb #2].",
      "",
      '0aaaaaaaaaaa 2026-11-18 "Which database do we take for the harbour project?" (command-line)',
      '0bbbbbbbbbbb 2026-11-20 "The harbour project moves to SQLite now." (command-line) newest',
      "[read around one: session_id and around=<number after #>]",
    ].join("\n"),
  );
  const [row] = (await lab.ledger.usage({ sessionId: "s1" })).filter(({ purpose }) => purpose === "summary");
  expect(row).toMatchObject({ runId: "r1", state: "settled", model: "demo/scripted" });
});

describe("reading", () => {
  test("is word for word around a number or an id, by the id or its beginning", async () => {
    const expected = [
      '[0aaaaaaaaaaa11111111 "Which database do we take for the harbour project?": 4 messages]',
      "#2 2026-11-18 09:15 assistant:",
      "We take Postgres for the harbour.",
      "#3 2026-11-18 09:15 user:",
      "And the port?",
      "#4 2026-11-18 09:15 assistant:",
      "It listens on 5432.",
    ].join("\n");
    expect(await search({ session_id: "0aaaaaaaaaaa11111111", around: "3", window: 1 })).toBe(expected);
    expect(await search({ session_id: "0aaaaaaaaaaa", around: 3, window: 1 })).toBe(expected);
    const third = (await lab.ledger.messages("0aaaaaaaaaaa11111111"))[2]?.id ?? "";
    const current = { sessionId: "0aaaaaaaaaaa11111111" };
    const read = { session_id: "current", around_message_id: third, window: 1 };
    expect((await bench.call("session_search", read, current)).text).toBe(expected);
    const people = { session_id: "0aaaaaaaaaaa", around: 3, window: 1, role_filter: "user" };
    expect(await search(people)).not.toContain("Postgres");
    expect(await search({ session_id: "0aaaaaaaaaaa", around: 99 })).toBe(
      "There is no message 99 in this session; it has 4.",
    );
  });

  test("a whole id names its session, also when another begins with it", async () => {
    await lab.tell({ id: "0aaaaaaaaaaa111111112", said: [["Another", "one"]] });
    expect(await search({ session_id: "0aaaaaaaaaaa11111111", around: 2, window: 0 })).toContain("Postgres");
    expect(await search({ session_id: "0aaaaaaaaaaa1" })).toMatch(/^There is no session 0aaaaaaaaaaa1 /u);
  });

  test("a long message is had whole, piece by piece", async () => {
    let text = "";
    let page = await search({ session_id: "0ccccccccccc44444444", around: 2, window: 0 });
    for (let rounds = 0; rounds < 10; rounds += 1) {
      text += page.split("\n")[2] ?? "";
      const start = /start=(\d+)\]/.exec(page)?.[1];
      if (start === undefined) break;
      page = await search({ session_id: "0ccccccccccc44444444", around: 2, window: 0, start });
    }
    expect(text).toBe(long);
  });

  test("recent sessions are those of a time", async () => {
    expect(await search({ from: "2026-11-20", to: "2026-11-20" })).toBe(
      '0bbbbbbbbbbb22222222 2026-11-20 17:40 "The harbour project moves to SQLite now.", 2 messages',
    );
    expect(await search({ from: "2025", to: "2025" })).toBe("There is no earlier session.");
  });
});

describe("the session of somebody else", () => {
  const foreign = "0bbbbbbbbbbb33333333";
  test.each<[string, Record<string, string | number>]>([
    ["by id", { session_id: foreign }],
    ["by id and number", { session_id: foreign, around: 1 }],
    ["by a beginning of its own", { session_id: "0bbbbbbbbbbb3" }],
    ["by a query in it", { session_id: foreign, query: "harbour" }],
  ])("is not there %s", async (_, input) => {
    expect(await search(input)).toBe(`There is no session ${input["session_id"]} that you may read.`);
  });

  test("is not found, not listed, and hides no session that begins alike", async () => {
    expect(await search({ query: "purple canary", limit: 10 })).toMatch(/^Nothing found/u);
    expect(await search({ query: "harbour", person: "eve", limit: 10 })).toMatch(/^Nothing found/u);
    expect(await search({ limit: 10 })).not.toContain(foreign);
    expect(await search({ session_id: "0bbbbbbbbbbb", around: 1, window: 0 })).toContain("SQLite");
    const itsMessage = (await lab.ledger.messages(foreign))[0]?.id ?? "";
    expect(await search({ session_id: "0aaaaaaaaaaa", around_message_id: itsMessage })).toMatch(
      /^There is no message/u,
    );
  });
});
