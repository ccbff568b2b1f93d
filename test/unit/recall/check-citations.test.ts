import { expect, test } from "vitest";
import type { RecallWindow } from "../../../src/protocol/recall.ts";
import type { Session } from "../../../src/protocol/session.ts";
import { checkCitations } from "../../../src/recall/check-citations.ts";

const session = (id: string): Session => ({
  id,
  audience: "direct:owner",
  personId: "owner",
  surface: "command-line",
  title: id,
  root: "/repo",
  createdAt: 0,
  updatedAt: 0,
  messageCount: 9,
  prefixHash: undefined,
});
const window = (id: string, texts: Readonly<Record<number, string>>): RecallWindow => ({
  session: session(id),
  messages: Object.entries(texts).map(([seq, text]) => ({
    id: `${id}-${seq}`,
    sessionId: id,
    runId: undefined,
    seq: Number(seq),
    at: 0,
    message: { role: "user", parts: [{ type: "text", text }] },
    spilledTo: undefined,
  })),
  found: Object.keys(texts).map(Number),
  score: 1,
  foundScores: [1],
  isNewest: false,
});
const windows = [
  window("0aaaaaaaaaaa11111111", {
    2: "We take Postgres 16 for the harbour.",
    4: 'Run "make  deploy" in ~/api first.',
  }),
  window("0bbbbbbbbbbb22222222", { 1: "港口改用 SQLite。" }),
];
const a = "[0aaaaaaaaaaa #2]";

test.each<[string, string, string, number]>([
  ["a source that was given", `It is Postgres ${a}.`, `It is Postgres ${a}.`, 0],
  [
    "a source after the full stop",
    `It is Postgres. ${a} Then more. [0aaaaaaaaaaa #4]`,
    `It is Postgres ${a}. Then more [0aaaaaaaaaaa #4].`,
    0,
  ],
  [
    "several sources",
    "Both. [0aaaaaaaaaaa #2, #4; 0bbbbbbbbbbb #1]",
    "Both [0aaaaaaaaaaa #2, #4; 0bbbbbbbbbbb #1].",
    0,
  ],
  [
    "names of files and versions",
    `Use settings.yaml v1.2 on e.g. Debian ${a}.`,
    `Use settings.yaml v1.2 on e.g. Debian ${a}.`,
    0,
  ],
  ["lists", `- One ${a}\n- Two ${a}`, `- One ${a}\n- Two ${a}`, 0],
  [
    "scripts without spaces",
    `改用了 SQLite。[0bbbbbbbbbbb #1]后来又改。[0bbbbbbbbbbb #1]`,
    `改用了 SQLite[0bbbbbbbbbbb #1]。 后来又改[0bbbbbbbbbbb #1]。`,
    0,
  ],
  [
    "words that stand there",
    `He said “postgres 16 for the Harbour” ${a}.`,
    `He said “postgres 16 for the Harbour” ${a}.`,
    0,
  ],
  [
    "a command that stands there",
    "First `make deploy` in `~/api` [0aaaaaaaaaaa #4].",
    "First `make deploy` in `~/api` [0aaaaaaaaaaa #4].",
    0,
  ],
  ["words with an omission", `"We take … the harbour" ${a}`, `"We take … the harbour" ${a}`, 0],
])("keeps %s", (_, summary, text, dropped) => {
  expect(checkCitations(summary, windows)).toEqual({ text, dropped });
});

test.each<[string, string, string, number]>([
  ["no source", `It is Postgres ${a}. The moon is cheese.`, `It is Postgres ${a}.`, 1],
  ["a session that was not given", "It is MySQL [0ccccccccccc #2].", "", 1],
  ["a message that was not given", `It is Postgres ${a}. It is MySQL [0aaaaaaaaaaa #3].`, `It is Postgres ${a}.`, 1],
  ["one true source and one false", "It is MySQL [0aaaaaaaaaaa #2, #9].", "", 1],
  ["a number without a session", "It is MySQL [#2].", "", 1],
  ["words that nobody said", `You said "we take MySQL for the harbour" ${a}.`, "", 1],
  ["words of another message", 'You said "make deploy" [0bbbbbbbbbbb #1].', "", 1],
  ["a command that nobody gave", "Run `rm -rf ~/api` [0aaaaaaaaaaa #4].", "", 1],
  ["a source that only begins alike", "It is MySQL [0aaaa #2].", "", 1],
])("leaves out a sentence with %s", (_, summary, text, dropped) => {
  expect(checkCitations(summary, windows)).toEqual({ text, dropped });
});

test("two sessions that begin alike are named in full", () => {
  const alike = [window("0aaaaaaaaaaa11111111", { 1: "one" }), window("0aaaaaaaaaaa22222222", { 1: "two" })];
  expect(checkCitations("One [0aaaaaaaaaaa #1]. Two [0aaaaaaaaaaa22222222 #1].", alike)).toEqual({
    text: "Two [0aaaaaaaaaaa22222222 #1].",
    dropped: 1,
  });
});
