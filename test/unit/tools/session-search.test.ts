import { afterEach, beforeEach, expect, test } from "vitest";
import type { StoredMessage } from "../../../src/protocol/message.ts";
import type { Audience, Session } from "../../../src/protocol/session.ts";
import type { ToolParts } from "../../../src/tools/tool-parts.ts";
import { openBench, type Bench } from "./tool-harness.ts";

const at = Date.UTC(2026, 0, 2, 3, 4);
const session = (id: string, audience: Audience): Session => ({
  id,
  audience,
  personId: "owner",
  surface: "command-line",
  title: `About ${id}`,
  root: "/",
  createdAt: at,
  updatedAt: at,
  messageCount: 12,
  prefixHash: undefined,
});
const sessions = [session("s1", "direct:owner"), session("s2", "group:other")];
const stored = (seq: number, text: string): StoredMessage => ({
  id: `m${seq}`,
  sessionId: "s1",
  runId: undefined,
  seq,
  at,
  spilledTo: undefined,
  message:
    seq % 2 === 1
      ? {
          role: "user",
          parts: [
            {
              type: "text",
              text,
            },
          ],
        }
      : {
          role: "tool",
          callId: "c",
          name: "terminal",
          text,
          isError: false,
        },
});
const long = Array.from({ length: 9_000 }, (_, index) => `word${index}`).join(" ");
const messages = Array.from({ length: 12 }, (_, index) => stored(index + 1, index === 7 ? long : `text ${index + 1}`));

const ledger: ToolParts["ledger"] = {
  session: async (id) => sessions.find((candidate) => candidate.id === id),
  listSessions: async () => sessions,
  messages: async (id) => (id === "s1" ? messages : [stored(1, "canary")]),
};
const recall: ToolParts["recall"] = {
  search: async ({ text, limit }) =>
    text === "none"
      ? []
      : [
          {
            session: session("s1", "direct:owner"),
            messages: messages.slice(0, limit),
            found: [1],
            foundScores: [2],
            score: 2,
            isNewest: true,
          },
        ],
};

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ ledger, recall });
});
afterEach(() => bench[Symbol.asyncDispose]());
const search = async (input: Record<string, string | number>) => (await bench.call("session_search", input)).text;

test("hits say where they are", async () => {
  expect(await search({ query: "deploy", limit: 1 })).toBe(
    '[s1 "About s1", newest]\n#1 2026-01-02 03:04 user: text 1\n[read around one: session_id and around=<number after #>]',
  );
  expect(await search({ query: "none" })).toBe('Nothing found for "none". Try fewer or other words.');
});

test("messages are read word for word around a number or an id", async () => {
  const expected =
    '[s1 "About s1": 12 messages]\n#2 2026-01-02 03:04 tool:\ntext 2\n#3 2026-01-02 03:04 user:\ntext 3\n#4 2026-01-02 03:04 tool:\ntext 4';
  expect(await search({ session_id: "s1", around: "3", window: 1 })).toBe(expected);
  expect(await search({ session_id: "current", around_message_id: "m3", window: 1 })).toBe(expected);
  expect(await search({ session_id: "s1", around: 3, window: 1, role_filter: "user" })).not.toContain("text 2");
  expect(await search({ session_id: "s1", around: 99 })).toBe("There is no message 99 in this session; it has 12.");
});

test("a long message is had whole, piece by piece", async () => {
  let text = "";
  let page = await search({ session_id: "s1", around: 8, window: 0 });
  for (let rounds = 0; rounds < 10; rounds += 1) {
    text += page.split("\n")[2] ?? "";
    const start = /start=(\d+)\]/.exec(page)?.[1];
    if (start === undefined) break;
    page = await search({ session_id: "s1", around: 8, window: 0, start });
  }
  expect(text).toBe(long);
});

test("sessions of others can be neither read nor seen", async () => {
  expect(await search({ session_id: "s2" })).toBe("There is no session s2 that you may read.");
  expect(await search({ session_id: "s2", query: "x" })).toBe("There is no session s2 that you may read.");
  expect(await search({})).toBe('s1 2026-01-02 03:04 "About s1", 12 messages');
});
