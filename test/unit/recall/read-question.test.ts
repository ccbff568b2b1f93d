import { expect, test } from "vitest";

import { readQuestion } from "../../../src/recall/read-question.ts";

const now = Date.UTC(2026, 5, 15, 12);
const read = (text: string) => readQuestion(text, now);
const day = (year: number, month: number, date: number): number => Date.UTC(year, month - 1, date);

test("only words that say something are looked for, unless there are no others", () => {
  expect(read("What did Ann's sister say about the boat?").terms).toEqual(["ann", "sister", "say", "boat"]);
  expect(read("what is it").terms).toEqual(["what", "is", "it"]);
  expect(read("Where were we in May?").terms).toEqual(["may"]);
});

test("names of code are looked for as they stand and in their parts", () => {
  const asked = read("userService");
  expect(asked).toMatchObject({ literals: ["userService"], phrases: ["userservice"], isName: true });
  expect(asked.terms).toEqual(["userservice", "user", "service"]);
  expect(read("why is src/auth_token.py slow today?").literals).toEqual(["src/auth_token.py"]);
});

test("scripts without spaces are looked for in pairs, a single letter by itself", () => {
  expect(read("我的猫").terms).toEqual(["我的", "的猫"]);
  expect(read("猫").terms).toEqual(["猫"]);
});

test("what the question is after: a time, the agent's own words", () => {
  expect(read("When did we move?").isAboutTime).toBe(true);
  expect(read("Tell me when").isAboutTime).toBe(false);
  expect(read("What did you suggest for the garden?").isAboutAgent).toBe(true);
  expect(read("What did I suggest for the garden?").isAboutAgent).toBe(false);
});

test.each([
  ["on 7 May 2024", day(2024, 5, 7), day(2024, 5, 8)],
  ["on May 7th, 2024", day(2024, 5, 7), day(2024, 5, 8)],
  ["in May 2024", day(2024, 5, 1), day(2024, 6, 1)],
  ["on 2024-05-07", day(2024, 5, 7), day(2024, 5, 8)],
  ["in 2024", day(2024, 1, 1), day(2025, 1, 1)],
  ["yesterday", day(2026, 6, 14), day(2026, 6, 15)],
])("a date in the question is a stretch of time: %s", (text, from, to) => {
  expect(read(`What was said ${text}?`).dates).toContainEqual({ from, to });
});

test("a word that is no date names no time", () => {
  expect(read("may I march on?").dates.filter(({ from }) => from === day(2026, 5, 1))).toEqual([]);
  expect(read("Who said it?").dates).toEqual([]);
});

test("a very long question without a space is read in no time", () => {
  expect(read("x".repeat(200_000)).terms).toHaveLength(1);
  expect(read("_.".repeat(100_000)).terms).toEqual([]);
});
