import { readdirSync } from "node:fs";

import { describe, expect, test } from "vitest";

import type { Ledger } from "../../../src/protocol/ledger.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";
import {
  finishedCall,
  inbound,
  permission,
  reservation,
  said,
  session,
  turn,
  us,
} from "../../contract/ledger-samples.ts";
import { holdLock, type Home, makeHome, query } from "./raw-database.ts";

/** A ledger in the middle of a run; its waits for other processes end soon. */
async function working(home: Home): Promise<Ledger> {
  const ledger = await openLedger(home.options);
  await ledger.openSession(session());
  await ledger.acceptInbound(inbound());
  await ledger.claimRun("run-1", us, 60_000);
  await ledger.reserveUsage(reservation("1"));
  return ledger;
}

/** The database may not grow by one page more: SQLite reports a full disk. */
async function fillUp(home: Home): Promise<Ledger> {
  const pages = Number(query(home, "PRAGMA page_count")[0]?.["page_count"]);
  return openLedger({ ...home.options, maxPages: pages });
}

const large = "x".repeat(50_000);
const largeTurn = turn("1", ["c1"], {
  message: {
    ...turn("1", ["c1"]).message,
    parts: [{ type: "text", text: large }, ...turn("1", ["c1"]).message.parts.slice(1)],
  },
});

const codes = (home: Home) => home.notices.map(({ code }) => code);
const ids = async (ledger: Ledger) => (await ledger.messages("s1")).map(({ id, seq }) => `${seq} ${id}`);

describe("a full disk", () => {
  test("what happened is held, effects are refused, and everything is there once when there is room", async () => {
    const home = makeHome({ deadlineMs: 300 });
    await (await working(home))[Symbol.asyncDispose]();
    const ledger = await fillUp(home);
    await ledger.claimRun("run-1", us, 60_000);
    await ledger.appendTurn(largeTurn);
    expect(ledger.health()).toBe("lost");
    expect(codes(home)).toEqual(["store-lost"]);
    await ledger.appendTurn(largeTurn);
    await expect(ledger.startCall("s1", "c1", permission)).rejects.toMatchObject({
      code: "store-lost",
      retryable: true,
    });
    await ledger.finishCall(finishedCall("c1"));
    await ledger.finishRun({ runId: "run-1", state: "done", outbox: [] });
    expect(await ids(ledger)).toEqual(["1 in-1"]);
    expect(codes(home)).toEqual(["store-lost"]);
    await ledger[Symbol.asyncDispose]();

    const after = await openLedger({ ...home.options, isAlive: () => false });
    expect(await ids(after)).toEqual(["1 in-1", "2 turn-1", "3 result-c1"]);
    expect(after.health()).toBe("ok");
    expect((await after.context("s1")).calls).toMatchObject([{ id: "c1", state: "done" }]);
    expect(query(home, "SELECT state FROM run")).toEqual([{ state: "done" }]);
    expect(codes(home)).toEqual(["store-lost", "store-back"]);
    await after[Symbol.asyncDispose]();
    expect(readdirSync(home.path).filter((name) => name.startsWith("reserve"))).toEqual([]);
  });
});

describe("another process that keeps the lock", () => {
  test("for a while: the write waits, says so once, and is made", async () => {
    const home = makeHome();
    await using ledger = await working(home);
    const release = holdLock(home);
    const writes = Promise.all([ledger.appendTurn(turn("1")), ledger.appendTurn(turn("2"))]);
    setTimeout(release, 1600);
    await writes;
    expect(codes(home)).toEqual(["waiting-for-store"]);
    expect((await ledger.session("s1"))?.messageCount).toBe(3);
    expect(ledger.health()).toBe("ok");
  });

  test("longer than the deadline: held in order, then written once by the next write, with the times they happened", async () => {
    const home = makeHome({ deadlineMs: 100 });
    await using ledger = await working(home);
    const release = holdLock(home);
    const before = Date.now();
    await ledger.appendTurn(turn("1", ["c1"]));
    await ledger.finishCall(finishedCall("c1"));
    await ledger.appendSteering({ sessionId: "s1", runId: "run-1", messageId: "steer", message: said("hm") });
    const heldBefore = Date.now();
    expect(ledger.health()).toBe("lost");
    await expect(ledger.reserveUsage(reservation("2"))).rejects.toMatchObject({ code: "store-busy", retryable: true });
    release();
    expect(await ledger.reserveUsage(reservation("2"))).toEqual({ status: "reserved" });
    expect(ledger.health()).toBe("ok");
    expect(await ids(ledger)).toEqual(["1 in-1", "2 turn-1", "3 result-c1", "4 steer"]);
    for (const { at } of (await ledger.messages("s1")).slice(1)) {
      expect(at).toBeGreaterThanOrEqual(before);
      expect(at).toBeLessThanOrEqual(heldBefore);
    }
    expect(codes(home).filter((code) => code !== "waiting-for-store")).toEqual(["store-lost", "store-back"]);
  }, 15_000);

  test("a process with nothing else to write gets its store back by recovering", async () => {
    const home = makeHome({ deadlineMs: 100, isAlive: () => true });
    await using ledger = await working(home);
    const release = holdLock(home);
    await ledger.finishRun({ runId: "run-1", state: "done", outbox: [] });
    await expect(ledger.recover()).rejects.toMatchObject({ code: "store-busy" });
    release();
    expect(await ledger.recover()).toEqual({ interrupted: [], unfinished: [] });
    expect(ledger.health()).toBe("ok");
    expect(query(home, "SELECT state FROM run")).toEqual([{ state: "done" }]);
  });

  test("reading goes on", async () => {
    const home = makeHome({ deadlineMs: 100 });
    await using ledger = await working(home);
    const release = holdLock(home);
    expect(await ids(ledger)).toEqual(["1 in-1"]);
    release();
  });
});

describe("a process that dies while the store is lost", () => {
  test("what it held is written by whoever opens next, exactly once", async () => {
    const home = makeHome({ deadlineMs: 50 });
    const dying = await working(home);
    const release = holdLock(home);
    await dying.appendTurn(turn("1", ["c1"]));
    await dying.finishRun({ runId: "run-1", state: "done", outbox: [] });
    release();
    const dead = { ...home.options, isAlive: () => false };
    const openers = await Promise.all([openLedger(dead), openLedger(dead), openLedger(dead)]);
    const [first] = openers;
    if (first === undefined) throw new Error("no ledger");
    expect(await ids(first)).toEqual(["1 in-1", "2 turn-1"]);
    expect(await first.recover()).toEqual({ interrupted: [], unfinished: [] });
    await dying.settleUsage("usage-1", turn().usage); // the dead one was only asleep: nothing is doubled
    expect(await ids(first)).toEqual(["1 in-1", "2 turn-1"]);
    expect(query(home, "SELECT count(*) AS n FROM quarantine")).toEqual([{ n: 0 }]);
  });

  test("its journal is left alone while it lives", async () => {
    const home = makeHome({ deadlineMs: 50 });
    await using living = await working(home);
    const release = holdLock(home);
    await living.appendTurn(turn("1"));
    release();
    await using other = await openLedger(home.options);
    expect(await ids(other)).toEqual(["1 in-1"]);
    await living.renewLease("run-1", us, 1000);
    expect(await ids(other)).toEqual(["1 in-1", "2 turn-1"]);
  });
});

test("what can never be written is put aside for a person and stops nothing", async () => {
  const home = makeHome({ deadlineMs: 50 });
  await using ledger = await working(home);
  const release = holdLock(home);
  await ledger.appendTurn(turn("lost", [], { sessionId: "deleted" }));
  await ledger.appendTurn(turn("1"));
  release();
  await ledger.renewLease("run-1", us, 1000);
  expect(await ids(ledger)).toEqual(["1 in-1", "2 turn-1"]);
  const [aside] = query(home, "SELECT reason, body FROM quarantine");
  expect(aside?.["reason"]).toContain("no session deleted");
  expect(JSON.parse(String(aside?.["body"]))).toMatchObject({ kind: "turn", entry: { messageId: "turn-lost" } });
});

test("a held write that is simply wrong is refused, not held", async () => {
  const home = makeHome();
  await using ledger = await working(home);
  await expect(ledger.appendTurn(turn("1", [], { sessionId: "missing" }))).rejects.toMatchObject({ code: "not-found" });
  expect(ledger.health()).toBe("ok");
});

test("a process that works leaves one spare journal, and the next one takes it", async () => {
  const home = makeHome();
  const journals = () => readdirSync(home.path).filter((name) => name.startsWith("reserve"));
  const first = await working(home);
  expect(journals()).toHaveLength(1);
  await first[Symbol.asyncDispose]();
  expect(journals()).toEqual(["reserve.journal"]);
  await using second = await openLedger(home.options);
  expect(journals()).toEqual(["reserve.journal"]);
  await second.claimRun("run-1", us, 1000);
  expect(journals()).toHaveLength(1);
  expect(journals()).not.toEqual(["reserve.journal"]);
});
