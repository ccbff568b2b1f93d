import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../../../../src/protocol/checkpoint.ts";
import { since, standingCalls, undoneIds } from "../../../../src/workspaces/checkpoint/choose-targets.ts";

function call(id: string): Checkpoint {
  const row = { sessionId: "s", runId: "r", callId: id, root: "/repo", label: id, before: "b", after: "a" };
  return { ...row, id, kind: "call", changedFiles: 1, undoes: [], at: 1 };
}

function undo(id: string, undoes: readonly string[]): Checkpoint {
  return { ...call(id), kind: "undo", undoes };
}

/** Written oldest first, as it happened. */
function rows(...happened: readonly Checkpoint[]): readonly Checkpoint[] {
  return happened.toReversed();
}

function ids(found: readonly Checkpoint[]): readonly string[] {
  return found.map(({ id }) => id);
}

describe("what stands", () => {
  test("is what was not taken back; an undo that was taken back, or killed, counts for nothing", () => {
    expect(ids(standingCalls(rows(call("1"), call("2"), undo("u", ["2"]))))).toEqual(["1"]);
    expect(ids(standingCalls(rows(call("1"), undo("u", ["1"]), undo("v", ["u"]))))).toEqual(["1"]);
    expect([...undoneIds(rows(call("1"), { ...undo("u", ["1"]), after: undefined }))]).toEqual([]);
    expect(ids(standingCalls(rows(call("1"), undo("u", ["1"]), undo("v", ["u"]), undo("w", ["v"]))))).toEqual([]);
  });
});

describe("everything since a checkpoint", () => {
  const history = rows(call("a1"), call("b1"), undo("u1", ["b1"]), call("c1"));

  test("leaves out a call together with the undo of it", () => {
    expect(ids(since(history, "a1"))).toEqual(["c1", "a1"]);
    expect(ids(since(history, "b1"))).toEqual(["c1"]);
  });

  test("has the undo when what it took back is older", () => {
    expect(ids(since(history, "u1"))).toEqual(["c1", "u1"]);
  });

  test("is found by the beginning of an id, when that is enough", () => {
    expect(ids(since(history, "c"))).toEqual(["c1"]);
    expect(() => since(rows(call("x1"), call("x2")), "x")).toThrow(/Several checkpoints begin with x/);
    expect(() => since(history, "z")).toThrow(/There is no checkpoint z/);
    expect(() => since(history, "")).toThrow(/There is no checkpoint/);
  });
});
