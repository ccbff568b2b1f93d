import { expect, test } from "vitest";
import { periodOf, timeWordsKnown } from "../../../src/lib/time-words.ts";

const now = new Date(2026, 10, 22, 17, 30).getTime(); // a Sunday
const at = (...parts: readonly [number, number, number?, number?, number?]): number => {
  const [year, month, day = 1, hour = 0, minute = 0] = parts;
  return new Date(year, month - 1, day, hour, minute).getTime();
};

test.each<[string, number, number]>([
  ["2026", at(2026, 1), at(2027, 1)],
  ["2026-11", at(2026, 11), at(2026, 12)],
  ["2026-02-28", at(2026, 2, 28), at(2026, 3, 1)],
  ["2026-11-20T09:30", at(2026, 11, 20, 9, 30), at(2026, 11, 20, 9, 31)],
  ["2026-11-20 09:30", at(2026, 11, 20, 9, 30), at(2026, 11, 20, 9, 31)],
  ["2026-11-20T09:30:00Z", Date.UTC(2026, 10, 20, 9, 30), Date.UTC(2026, 10, 20, 9, 31)],
  [" Today ", at(2026, 11, 22), at(2026, 11, 23)],
  ["yesterday", at(2026, 11, 21), at(2026, 11, 22)],
  ["this week", at(2026, 11, 16), at(2026, 11, 23)],
  ["last week", at(2026, 11, 9), at(2026, 11, 16)],
  ["this month", at(2026, 11), at(2026, 12)],
  ["last month", at(2026, 10), at(2026, 11)],
  ["this year", at(2026, 1), at(2027, 1)],
  ["last year", at(2025, 1), at(2026, 1)],
  ["3 days ago", at(2026, 11, 19), at(2026, 11, 20)],
  ["a week ago", at(2026, 11, 15), at(2026, 11, 16)],
  ["an hour ago", at(2026, 11, 22, 16, 30), at(2026, 11, 22, 17, 30)],
  ["the last 2 weeks", at(2026, 11, 8, 17, 30), now + 1],
])("%s", (words, from, to) => {
  expect(periodOf(words, now)).toEqual({ from, to });
});

test.each(["", "soon", "2026-13", "2026-02-30", "2026-11-20T25:00", "constructor", "last", "days ago", "11/20/2026"])(
  "%j is no time",
  (words) => {
    expect(periodOf(words, now)).toBe(undefined);
  },
);

test("what is shown as known is known", () => {
  expect(timeWordsKnown.split(", ").filter((words) => periodOf(words, now) === undefined)).toEqual([]);
});
