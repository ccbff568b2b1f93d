import { describe, expect, test } from "vitest";
import { compareSnapshots } from "../../../../src/workspaces/checkpoint/compare-snapshots.ts";
import { planUndo, type PlanOptions, type UndoPlan } from "../../../../src/workspaces/checkpoint/plan-undo.ts";
import { snapshot } from "./snapshot-samples.ts";

type Files = Readonly<Record<string, string | undefined>>;
type Case = {
  readonly before: Files;
  readonly after: Files;
  readonly now?: Files;
  readonly isSure?: boolean;
  readonly onConflict?: PlanOptions["onConflict"];
};

const sameContent = (): boolean => false;

function actionOf({ before, after, isSure = true }: Case) {
  const [one, other] = [snapshot(before), snapshot(after)];
  return { before: one, changes: compareSnapshots(one, other, sameContent), isSure };
}

function plan(situation: Case): UndoPlan {
  const now = snapshot(situation.now ?? situation.after);
  return planUndo([actionOf(situation)], now, { onConflict: situation.onConflict ?? "stop", sameContent });
}

function told({ steps, conflicts, lost }: UndoPlan) {
  return {
    steps: steps.map(
      ({ path, then }) => `${path}: ${then === undefined ? "-" : (then.hash ?? then.target ?? then.kind)}`,
    ),
    conflicts: conflicts.map(({ path }) => path),
    lost: lost.map(({ path }) => path),
  };
}

describe("one action", () => {
  test.each<[string, Case, ReturnType<typeof told>]>([
    [
      "what it changed, added and removed goes back, below before above and above before below",
      { before: { a: "1", "d/e": "2" }, after: { a: "x", "n/m": "3" } },
      { steps: ["n/m: -", "n: -", "a: 1", "d: folder", "d/e: 2"], conflicts: [], lost: [] },
    ],
    [
      "what somebody else changed meanwhile stays",
      { before: { a: "1" }, after: { a: "x" }, now: { a: "x", b: "mine" } },
      { steps: ["a: 1"], conflicts: [], lost: [] },
    ],
    [
      "what is back already is not touched",
      { before: { a: "1", b: "2" }, after: {}, now: { a: "1" } },
      { steps: ["b: 2"], conflicts: [], lost: [] },
    ],
    [
      "a file changed since is a conflict",
      { before: { a: "1" }, after: { a: "x" }, now: { a: "mine" } },
      { steps: [], conflicts: ["a"], lost: [] },
    ],
    [
      "a file made again since is a conflict",
      { before: { a: "1" }, after: {}, now: { a: "mine" } },
      { steps: [], conflicts: ["a"], lost: [] },
    ],
    [
      "a file removed since is a conflict",
      { before: { a: "1" }, after: { a: "x" }, now: {} },
      { steps: [], conflicts: ["a"], lost: [] },
    ],
    [
      "a file it added and somebody else went on with is a conflict",
      { before: {}, after: { a: "x" }, now: { a: "mine" } },
      { steps: [], conflicts: ["a"], lost: [] },
    ],
    [
      "a folder it made stays while it holds something else",
      { before: {}, after: { "d/a": "x" }, now: { "d/a": "x", "d/mine": "y" } },
      { steps: ["d/a: -"], conflicts: [], lost: [] },
    ],
    [
      "a file that became a folder, a link that became a file",
      { before: { a: "1", l: "->t" }, after: { "a/b": "x", l: "y" } },
      { steps: ["l: -", "a/b: -", "a: -", "a: 1", "l: t"], conflicts: [], lost: [] },
    ],
    [
      "a folder in the place of a file stays while it holds something else",
      { before: { a: "1" }, after: { "a/b": "x" }, now: { "a/b": "x", "a/mine": "y" } },
      { steps: ["a/b: -"], conflicts: ["a"], lost: [] },
    ],
    [
      "a file in the place of a folder that is to come back",
      { before: { "a/b": "1" }, after: {}, now: { a: "mine" } },
      { steps: [], conflicts: ["a", "a/b"], lost: [] },
    ],
    [
      "a file that was never kept is lost, and said",
      { before: { big: undefined, a: "1" }, after: {} },
      { steps: ["a: 1"], conflicts: [], lost: ["big"] },
    ],
    [
      "objects of git are added and never taken away",
      {
        before: { ".git/HEAD": "1", ".git/objects/aa/1": "o" },
        after: { ".git/HEAD": "2", ".git/objects/bb/2": "p" },
      },
      { steps: [".git/HEAD: 1", ".git/objects/aa: folder", ".git/objects/aa/1: o"], conflicts: [], lost: [] },
    ],
    [
      "a repository that it began goes as a whole",
      { before: {}, after: { ".git/HEAD": "2", ".git/objects/bb/2": "p" } },
      {
        steps: [".git/objects/bb/2: -", ".git/objects/bb: -", ".git/objects: -", ".git/HEAD: -", ".git: -"],
        conflicts: [],
        lost: [],
      },
    ],
    [
      "with an end that nobody saw, only what is missing comes back unasked",
      { before: { a: "1", b: "2" }, after: { b: "x", c: "y" }, isSure: false },
      { steps: ["a: 1"], conflicts: ["b", "c"], lost: [] },
    ],
    [
      "overwriting takes back what was changed since too, and names it",
      { before: { a: "1" }, after: { a: "x" }, now: { a: "mine", b: "mine" }, onConflict: "overwrite" },
      { steps: ["a: 1"], conflicts: ["a"], lost: [] },
    ],
    [
      "keeping leaves it and takes back the rest",
      { before: { a: "1", b: "2" }, after: { a: "x", b: "y" }, now: { a: "mine", b: "y" }, onConflict: "keep" },
      { steps: ["b: 2"], conflicts: ["a"], lost: [] },
    ],
  ])("%s", (_, situation, expected) => {
    expect(told(plan(situation))).toEqual(expected);
  });
});

test("several actions go back one after the other, with what a person did between them in the way", () => {
  const first = actionOf({ before: { a: "1", b: "1", c: "1" }, after: { a: "2", b: "2", c: "2" } });
  const second = actionOf({ before: { a: "2", b: "mine", c: "2" }, after: { a: "3", b: "3", c: "2" } });
  const now = snapshot({ a: "3", b: "3", c: "2" });
  expect(told(planUndo([second, first], now, { onConflict: "stop", sameContent }))).toEqual({
    steps: ["a: 1", "b: mine", "c: 1"],
    conflicts: ["b"],
    lost: [],
  });
});

test("a folder that a killed undo has made and not closed again is no conflict", () => {
  const before = snapshot({ "d/": "" });
  const folder = before.entries.get("d");
  if (folder === undefined) throw new Error("the sample lacks a folder");
  const withMode = (mode: number) => ({ ...before, entries: new Map([...before.entries, ["d", { ...folder, mode }]]) });
  const changes = compareSnapshots(withMode(0o500), snapshot({}), sameContent);
  const planned = (mode: number) =>
    planUndo([{ before, changes, isSure: true }], withMode(mode), { onConflict: "stop", sameContent });
  expect([told(planned(0o700)), planned(0o750).conflicts.length]).toEqual([
    { steps: ["d: folder"], conflicts: [], lost: [] },
    1,
  ]);
});

test("a mode is a state, a date is none, and bytes that mean the same are the same", () => {
  const one = snapshot({ a: "1", b: "1", c: "1" });
  const other = snapshot({ a: "1", b: "1", c: "2" });
  const [a, b] = [other.entries.get("a"), other.entries.get("b")];
  if (a === undefined || b === undefined) throw new Error("the sample lacks a file");
  const entries = new Map([...other.entries, ["a", { ...a, mode: 0o755 }], ["b", { ...b, modifiedMs: 99 }]] as const);
  const pathsOf = (same: boolean) => compareSnapshots(one, { ...other, entries }, () => same).map(({ path }) => path);
  expect([pathsOf(false), pathsOf(true)]).toEqual([["a", "c"], ["a"]]);
});
