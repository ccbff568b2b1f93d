import { beforeEach, describe, expect, test } from "vitest";
import type { NewCheckpoint } from "../../src/protocol/checkpoint.ts";
import type { Ledger } from "../../src/protocol/ledger.ts";
import { textOf } from "../../src/protocol/message.ts";
import type { LedgerCase } from "./ledger-world.ts";
import { answer, finishedCall, inbound, permission, said, session, turn, us } from "./ledger-samples.ts";

function checkpoint(callId: string, change: Partial<NewCheckpoint> = {}): NewCheckpoint {
  const row = { id: `k-${callId}`, sessionId: "s1", runId: "run-1", callId, root: "/repo", label: `do ${callId}` };
  return { ...row, kind: "call", before: `before ${callId}`, undoes: [], ...change };
}

function undo(id: string, undoes: readonly string[]): NewCheckpoint {
  return { ...checkpoint("x"), id, kind: "undo", runId: undefined, callId: undefined, undoes };
}

async function say(ledger: Ledger, name: string): Promise<void> {
  await ledger.acceptInbound(inbound(name));
  await ledger.claimRun(`run-${name}`, us, 5_000);
}

async function end(ledger: Ledger, name: string): Promise<void> {
  await ledger.finishRun({ runId: `run-${name}`, state: "done", outbox: [] });
}

async function shownTexts(ledger: Ledger): Promise<readonly string[]> {
  const { summary, messages } = await ledger.context("s1");
  return [...(summary === undefined ? [] : [summary]), ...messages].map(({ message }) => textOf(message));
}

/** Checkpoints of calls, undos of them, and turns that were taken back. */
export function describeLedgerCheckpoints(here: () => LedgerCase): void {
  describe("checkpoints", () => describeRows(here));
  describe("turns that were taken back", () => describeTurns(here));
}

function describeRows(here: () => LedgerCase): void {
  beforeEach(async () => {
    await here().ledger.openSession(session());
    await say(here().ledger, "1");
  });

  test("is kept with what it belongs to, counts when its call has begun, and ends once", async () => {
    const { ledger, world } = here();
    await ledger.appendTurn(turn("1", ["c1", "c2"]));
    world.time = 2_000;
    await ledger.openCheckpoint(checkpoint("c1"));
    await ledger.openCheckpoint(checkpoint("c1", { label: "again" }));
    await ledger.openCheckpoint(checkpoint("c2"));
    expect(await ledger.checkpoints({ sessionId: "s1" })).toEqual([]);
    await ledger.startCall("s1", "c1", permission);
    const row = { ...checkpoint("c1"), after: undefined, changedFiles: undefined, at: 2_000 };
    expect(await ledger.checkpoints({ sessionId: "s1" })).toEqual([row]);
    await ledger.closeCheckpoint("k-c1", { after: "after", changedFiles: 3 });
    await ledger.closeCheckpoint("k-c1", { after: "else", changedFiles: 9 });
    const ended = { ...row, after: "after", changedFiles: 3 };
    expect(await ledger.checkpoints({ root: "/repo" })).toEqual([ended]);
    expect(await ledger.checkpoints({ root: "/else" })).toEqual([]);
  });

  test("an undo is refused while the session is at work, then kept and audited, the newest first", async () => {
    const { ledger, world } = here();
    await ledger.appendTurn(turn("1", ["c1"]));
    await ledger.openCheckpoint(checkpoint("c1"));
    await ledger.startCall("s1", "c1", permission);
    await expect(ledger.openCheckpoint(undo("u1", ["k-c1"]))).rejects.toMatchObject({ code: "lane-held" });
    world.dead.add(us.pid);
    await ledger.openCheckpoint(undo("u1", ["k-c1"]));
    expect((await ledger.checkpoints({ sessionId: "s1" })).map(({ id }) => id)).toEqual(["u1", "k-c1"]);
    expect((await ledger.audit({ limit: 1 }))[0]).toMatchObject({
      actor: "owner",
      action: "undo files",
      subject: "k-c1",
    });
  });
}

function describeTurns(here: () => LedgerCase): void {
  beforeEach(async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    for (const name of ["1", "2"]) {
      await say(ledger, name);
      await ledger.appendTurn(turn(name, [`c${name}`], { runId: `run-${name}` }));
      await ledger.finishCall(finishedCall(`c${name}`, { runId: `run-${name}` }));
      await end(ledger, name);
    }
  });

  test("stay stored and are not shown, the newest first, until none is left", async () => {
    const { ledger } = here();
    expect(await ledger.lastTurn("s1")).toBe("run-2");
    await ledger.takeBackTurn({ sessionId: "s1", runId: "run-2" });
    await ledger.takeBackTurn({ sessionId: "s1", runId: "run-2" });
    expect(await shownTexts(ledger)).toEqual(["hello 1", "answer 1", "result of c1"]);
    const all = await ledger.messages("s1");
    expect(all.map(({ message, isTakenBack }) => [textOf(message), isTakenBack])).toEqual([
      ["hello 1", undefined],
      ["answer 1", undefined],
      ["result of c1", undefined],
      ["hello 2", true],
      ["answer 2", true],
      ["result of c2", true],
    ]);
    expect((await ledger.audit({ limit: 9 })).filter(({ action }) => action === "take back turn")).toHaveLength(1);
    expect([await ledger.lastTurn("s1"), await ledger.takenBack("s1")]).toEqual(["run-1", { turns: 1, fileUndos: 0 }]);
    await ledger.takeBackTurn({ sessionId: "s1", runId: "run-1" });
    expect([await ledger.lastTurn("s1"), await ledger.takenBack("s1")]).toEqual([
      undefined,
      { turns: 2, fileUndos: 0 },
    ]);
    expect(await shownTexts(ledger)).toEqual([]);
  });

  test("are news only until something is said again", async () => {
    const { ledger, world } = here();
    await ledger.takeBackTurn({ sessionId: "s1", runId: "run-2" });
    world.time = 3_000;
    await ledger.openCheckpoint(undo("u1", []));
    await ledger.closeCheckpoint("u1", { after: "a", changedFiles: 1 });
    expect(await ledger.takenBack("s1")).toEqual({ turns: 1, fileUndos: 1 });
    world.time = 4_000;
    await say(ledger, "3");
    expect(await ledger.takenBack("s1")).toEqual({ turns: 0, fileUndos: 0 });
    expect((await shownTexts(ledger)).at(-1)).toBe("hello 3");
  });

  test("do not take the result away that they gave to a call of an earlier turn", async () => {
    const { ledger } = here();
    await say(ledger, "3");
    await ledger.appendTurn(turn("3", ["c3"], { runId: "run-3" }));
    await end(ledger, "3");
    await say(ledger, "4");
    await ledger.finishCall(finishedCall("c3", { runId: "run-4" }));
    await ledger.appendTurn(turn("4", [], { runId: "run-4", message: answer("settled") }));
    await end(ledger, "4");
    await ledger.takeBackTurn({ sessionId: "s1", runId: "run-4" });
    expect((await shownTexts(ledger)).slice(-3)).toEqual(["hello 3", "answer 3", "result of c3"]);
  });

  test("take the summary with them that was made in them", async () => {
    const { ledger } = here();
    const summary = { role: "summary", text: "all so far", upTo: 3 } as const;
    await ledger.compact({ sessionId: "s1", runId: "run-2", messageId: "sum", message: summary });
    expect((await shownTexts(ledger))[0]).toBe("all so far");
    await ledger.takeBackTurn({ sessionId: "s1", runId: "run-2" });
    expect(await shownTexts(ledger)).toEqual(["hello 1", "answer 1", "result of c1"]);
  });

  test("come back with the undo of the undo that took them", async () => {
    const { ledger } = here();
    await ledger.openCheckpoint(undo("u1", []));
    await ledger.closeCheckpoint("u1", { after: "a", changedFiles: 1 });
    await ledger.takeBackTurn({ sessionId: "s1", runId: "run-2", checkpointId: "u1" });
    await ledger.openCheckpoint(undo("u2", ["u1"]));
    expect(await shownTexts(ledger)).toHaveLength(3);
    await ledger.closeCheckpoint("u2", { after: "b", changedFiles: 1 });
    expect(await shownTexts(ledger)).toHaveLength(6);
  });

  test("cannot be taken while one is at work", async () => {
    const { ledger } = here();
    await say(ledger, "3");
    await ledger.appendSteering({ sessionId: "s1", runId: "run-3", messageId: "m", message: said("more") });
    const taking = ledger.takeBackTurn({ sessionId: "s1", runId: "run-3" });
    await expect(taking).rejects.toMatchObject({ code: "lane-held" });
  });
}
