import { expect, test } from "vitest";
import { editDistance, nearestNames } from "../../../src/lib/edit-distance.ts";
import { estimateTokens } from "../../../src/lib/estimate-tokens.ts";

test("prose counts a quarter of its letters, JSON more, and scripts without spaces one each", () => {
  expect(estimateTokens("")).toBe(0);
  expect(estimateTokens("The quick brown fox jumps over the lazy dog. ".repeat(10))).toBe(113);
  const json = JSON.stringify({ a: [1, 2, 3], b: { c: "d" } });
  expect(estimateTokens(json)).toBeGreaterThan(json.length / 3);
  expect(estimateTokens("日本語のテキスト")).toBe(8);
});

test("near names are those that hold the word, then those a few letters away", () => {
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("ab", "ba")).toBe(1);
  expect(nearestNames("sonet", ["opus", "sonnet", "haiku", "claude-sonet-1"], 2)).toEqual(["sonnet", "claude-sonet-1"]);
});
