import { beforeEach, afterEach, describe, expect, test } from "vitest";

import type { Ledger } from "../../src/protocol/ledger.ts";
import { describeLedgerBudgets } from "./describe-ledger-budgets.ts";
import { describeLedgerCheckpoints } from "./describe-ledger-checkpoints.ts";
import { describeLedgerRecovery } from "./describe-ledger-recovery.ts";
import { type LedgerCase, type LedgerSetting, LedgerWorld } from "./ledger-world.ts";
import {
  answer,
  approval,
  finishedCall,
  inbound,
  place,
  permission,
  reservation,
  said,
  session,
  them,
  toolCall,
  turn,
  us,
  usage,
} from "./ledger-samples.ts";

/** Everything that the contract on `Ledger` says, for any implementation. */
export function describeLedger(name: string, open: (setting: LedgerSetting) => Promise<Ledger>): void {
  describe(`ledger contract: ${name}`, () => {
    const at: Partial<LedgerCase> = {};
    const here = (): LedgerCase => {
      if (at.ledger === undefined || at.world === undefined) throw new Error("the ledger is not open");
      return { ledger: at.ledger, world: at.world };
    };
    beforeEach(async () => {
      at.world = new LedgerWorld();
      at.ledger = await open(at.world);
    });
    afterEach(() => at.ledger?.[Symbol.asyncDispose]());
    describe("sessions", () => describeSessions(here));
    describe("intake and lanes", () => describeIntake(here));
    describe("turns and calls", () => describeTurns(here));
    describe("context", () => describeContext(here));
    describe("approvals", () => describeApprovals(here));
    describeLedgerCheckpoints(here);
    describeLedgerBudgets(here);
    describeLedgerRecovery(here);
  });
}

function describeSessions(here: () => LedgerCase): void {
  const opened = {
    ...session(),
    title: "",
    createdAt: 1000,
    updatedAt: 1000,
    messageCount: 0,
    prefixHash: undefined,
  };

  test("a session is opened once: a second time it is returned as it is", async () => {
    const { ledger, world } = here();
    expect(await ledger.openSession(session())).toEqual(opened);
    world.time = 2000;
    expect(await ledger.openSession(session("s1", { root: "/other" }))).toEqual(opened);
    expect(await ledger.session("s1")).toEqual(opened);
    expect(await ledger.listSessions({ limit: 10 })).toEqual([opened]);
  });

  test("reading what does not exist finds nothing and makes nothing", async () => {
    const { ledger } = here();
    expect(await ledger.session("missing")).toBeUndefined();
    expect(await ledger.messages("missing")).toEqual([]);
    expect(await ledger.context("missing")).toEqual({ summary: undefined, messages: [], calls: [] });
    expect(await ledger.prefix("missing")).toBeUndefined();
    expect(await ledger.usage({ sessionId: "missing" })).toEqual([]);
    expect(await ledger.listSessions({ limit: 10 })).toEqual([]);
  });

  test("sessions are listed newest first, limited, and by surface", async () => {
    const { ledger, world } = here();
    for (const [index, id] of ["aa1", "aa2", "ab3"].entries()) {
      world.time = 1000 + index;
      await ledger.openSession(session(id, { surface: id === "aa2" ? "gateway" : "terminal" }));
    }
    world.time = 5000;
    await ledger.acceptInbound(inbound("x", { sessionId: "aa1" }));
    const ids = async (limit: number) => (await ledger.listSessions({ limit })).map(({ id }) => id);
    expect(await ids(10)).toEqual(["aa1", "ab3", "aa2"]);
    expect(await ids(2)).toEqual(["aa1", "ab3"]);
    expect((await ledger.listSessions({ limit: 9, surface: "gateway" })).map(({ id }) => id)).toEqual(["aa2"]);
    await ledger.openSession(session("else", { root: "/else" }));
    expect((await ledger.listSessions({ limit: 9, root: "/else" })).map(({ id }) => id)).toEqual(["else"]);
    expect(await ledger.listSessions({ limit: 9, root: "/else", surface: "gateway" })).toEqual([]);
    expect((await ledger.sessionsByPrefix("aa")).map(({ id }) => id)).toEqual(["aa1", "aa2"]);
    expect(await ledger.sessionsByPrefix("%")).toEqual([]);
  });

  test("at most ten sessions share a beginning", async () => {
    const { ledger } = here();
    for (let index = 0; index < 12; index += 1) await ledger.openSession(session(`same${index}`));
    expect(await ledger.sessionsByPrefix("same")).toHaveLength(10);
  });

  test("the same prompt prefix is stored once and becomes the session's", async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    const prefix = { system: "you are", tools: [{ name: "t", description: "d", inputSchema: { type: "object" } }] };
    const hash = await ledger.setPrefix("s1", prefix);
    expect(await ledger.setPrefix("s1", prefix)).toBe(hash);
    expect(await ledger.prefix(hash)).toEqual(prefix);
    expect((await ledger.session("s1"))?.prefixHash).toBe(hash);
    await expect(ledger.setPrefix("missing", prefix)).rejects.toMatchObject({ code: "not-found" });
  });
}

function describeIntake(here: () => LedgerCase): void {
  test("a key is accepted once; its message stands in the session when its run is claimed", async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    expect(await ledger.acceptInbound(inbound())).toEqual({ runId: "run-1", isDuplicate: false });
    const again = inbound("1", { runId: "run-2", messageId: "in-2" });
    expect(await ledger.acceptInbound(again)).toEqual({ runId: "run-1", isDuplicate: true });
    expect(await ledger.messages("s1")).toEqual([]);
    await ledger.claimRun("run-1", us, 1000);
    const stored = { id: "in-1", sessionId: "s1", runId: "run-1", seq: 1, at: 1000, spilledTo: undefined };
    expect(await ledger.messages("s1")).toEqual([{ ...stored, message: said("hello 1") }]);
    expect(await ledger.session("s1")).toMatchObject({ title: "hello 1", messageCount: 1 });
    expect(await ledger.claimRun("run-2", us, 1000)).toEqual({ status: "gone" });
  });

  test("a message that comes in while a run works stands behind what that run says", async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    await ledger.acceptInbound(inbound("1"));
    await ledger.claimRun("run-1", us, 1000);
    await ledger.acceptInbound(inbound("2"));
    await ledger.appendTurn(turn("1", []));
    await ledger.finishRun({ runId: "run-1", state: "done", outbox: [] });
    await ledger.claimRun("run-2", us, 1000);
    expect((await ledger.messages("s1")).map(({ id }) => id)).toEqual(["in-1", "turn-1", "in-2"]);
  });

  test("the same key of another account is another message", async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    await ledger.acceptInbound(inbound());
    const other = inbound("1", { account: "second", runId: "run-2", messageId: "in-2" });
    expect(await ledger.acceptInbound(other)).toEqual({ runId: "run-2", isDuplicate: false });
  });

  test("a message for a session that does not exist is refused and leaves nothing", async () => {
    const { ledger } = here();
    await expect(ledger.acceptInbound(inbound())).rejects.toMatchObject({ code: "not-found" });
    expect(await ledger.messages("s1")).toEqual([]);
    await ledger.openSession(session());
    expect(await ledger.acceptInbound(inbound())).toEqual({ runId: "run-1", isDuplicate: false });
  });

  test("one lane per session: a second run is told who holds it, until the first ends", async () => {
    const { ledger, world } = here();
    await ledger.openSession(session());
    await ledger.acceptInbound(inbound("1"));
    await ledger.acceptInbound(inbound("2"));
    expect(await ledger.claimRun("run-1", us, 5000)).toEqual({ status: "claimed" });
    expect(await ledger.claimRun("run-1", us, 5000)).toEqual({ status: "claimed" });
    expect(await ledger.claimRun("run-1", them, 5000)).toEqual({ status: "gone" });
    world.time = 2000;
    expect(await ledger.claimRun("run-2", them, 5000)).toEqual({ status: "held", owner: us, since: 1000 });
    await ledger.finishRun({ runId: "run-1", state: "done", outbox: [] });
    expect(await ledger.claimRun("run-2", them, 5000)).toEqual({ status: "claimed" });
    expect(await ledger.claimRun("run-1", us, 5000)).toEqual({ status: "gone" });
  });

  test("a lease that ran out frees the lane, and its former holder is told on renewal", async () => {
    const { ledger, world } = here();
    await ledger.openSession(session());
    await ledger.acceptInbound(inbound("1"));
    await ledger.acceptInbound(inbound("2"));
    await ledger.claimRun("run-1", us, 5000);
    world.time = 5000;
    expect(await ledger.renewLease("run-1", us, 5000)).toBe(true);
    world.time = 9999;
    expect(await ledger.claimRun("run-2", them, 5000)).toMatchObject({ status: "held" });
    world.time = 10_000;
    expect(await ledger.claimRun("run-2", them, 5000)).toEqual({ status: "claimed" });
    expect(await ledger.renewLease("run-1", us, 5000)).toBe(false);
    expect(await ledger.renewLease("run-2", them, 5000)).toBe(true);
  });

  test("a first end of a run stands, and its parts are handed over once", async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    await ledger.acceptInbound(inbound());
    const part = { id: "o1", address: "cli", part: "done", idempotencyKey: "run-1:0" };
    await ledger.finishRun({ runId: "run-1", state: "failed", problem: "No.", outbox: [part] });
    await ledger.finishRun({ runId: "run-1", state: "done", outbox: [part, { ...part, id: "o2" }] });
    expect(await ledger.claimRun("run-1", us, 1000)).toEqual({ status: "gone" });
    const missing = { runId: "missing", state: "done", outbox: [] } as const;
    await expect(ledger.finishRun(missing)).rejects.toMatchObject({ code: "not-found" });
  });
}

function describeTurns(here: () => LedgerCase): void {
  beforeEach(async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    await ledger.acceptInbound(inbound());
    await ledger.claimRun("run-1", us, 5000);
  });

  test("a turn stores its message, its calls and its price, and a second time changes nothing", async () => {
    const { ledger } = here();
    await ledger.reserveUsage(reservation());
    await ledger.appendTurn(turn("1", ["c1", "c2"]));
    await ledger.appendTurn(turn("1", ["c1", "c2"], { usage: usage({ costUsd: 9 }) }));
    const call = { sessionId: "s1", runId: "run-1", name: "terminal", effect: "execute", state: "intended" };
    const context = await ledger.context("s1");
    expect(context.messages.map(({ id, seq }) => [id, seq])).toEqual([
      ["in-1", 1],
      ["turn-1", 2],
    ]);
    expect(context.calls).toEqual([
      { ...call, id: "c1", input: { command: "echo c1" }, startedAt: undefined, finishedAt: undefined },
      { ...call, id: "c2", input: { command: "echo c2" }, startedAt: undefined, finishedAt: undefined },
    ]);
    const spent = { at: 1000, sessionId: "s1", runId: "run-1", model: "scripted/one", purpose: "answer" };
    expect(await ledger.usage({ sessionId: "s1" })).toEqual([{ ...spent, state: "settled", usage: usage() }]);
  });

  test("a turn without a reservation is paid for all the same", async () => {
    const { ledger } = here();
    await ledger.appendTurn(turn());
    expect(await ledger.usage({})).toMatchObject([{ model: "scripted/one", state: "settled", usage: usage() }]);
  });

  test("a call is intended, started, done; who let it run is audited once", async () => {
    const { ledger, world } = here();
    await ledger.appendTurn(turn("1", ["c1"]));
    world.time = 2000;
    await ledger.startCall("s1", "c1", permission);
    await ledger.startCall("s1", "c1", permission);
    expect((await ledger.context("s1")).calls).toMatchObject([{ state: "started", startedAt: 2000 }]);
    world.time = 3000;
    await ledger.finishCall(finishedCall("c1"));
    await ledger.finishCall(finishedCall("c1", { messageId: "another" }));
    expect((await ledger.context("s1")).calls).toMatchObject([{ state: "done", startedAt: 2000, finishedAt: 3000 }]);
    expect((await ledger.messages("s1")).map(({ id }) => id)).toEqual(["in-1", "turn-1", "result-c1"]);
    const audited = { actor: "rule", action: "start terminal", subject: "c1", rule: permission.rule };
    expect(await ledger.audit({ limit: 10 })).toEqual([
      { ...audited, number: 1, at: 2000, runId: "run-1", callId: "c1" },
    ]);
  });

  test("a call that ended never starts again, and nobody starts what was not intended", async () => {
    const { ledger } = here();
    await ledger.appendTurn(turn("1", ["c1"]));
    await ledger.finishCall(finishedCall("c1"));
    await expect(ledger.startCall("s1", "c1", permission)).rejects.toMatchObject({ code: "bad-usage" });
    await expect(ledger.startCall("s1", "c2", permission)).rejects.toMatchObject({ code: "not-found" });
    expect(await ledger.audit({ limit: 10 })).toEqual([]);
  });

  test("two sessions may use the same call id", async () => {
    const { ledger } = here();
    await ledger.openSession(session("s2"));
    await ledger.appendTurn(turn("1", ["c1"]));
    await ledger.appendTurn(turn("2", ["c1"], { sessionId: "s2", runId: "run-2" }));
    await ledger.startCall("s2", "c1", permission);
    expect((await ledger.context("s1")).calls).toMatchObject([{ state: "intended" }]);
    expect((await ledger.context("s2")).calls).toMatchObject([{ state: "started" }]);
  });

  test("steering stands in the session where it was said, once", async () => {
    const { ledger } = here();
    const entry = { sessionId: "s1", runId: "run-1", messageId: "steer-1", message: said("left, please") };
    await ledger.appendSteering(entry);
    await ledger.appendSteering(entry);
    expect((await ledger.messages("s1")).map(({ id, seq }) => [id, seq])).toEqual([
      ["in-1", 1],
      ["steer-1", 2],
    ]);
  });
}

function describeContext(here: () => LedgerCase): void {
  test("a summary stands for what it covers; the rows stay", async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    await place(ledger, inbound("1"));
    await ledger.appendTurn(turn("1", ["c1"]));
    await ledger.finishCall(finishedCall("c1"));
    const message = { role: "summary", text: "so far", upTo: 2 } as const;
    const entry = { sessionId: "s1", runId: "run-1", messageId: "sum-1", message };
    await ledger.compact(entry);
    await ledger.compact(entry);
    await ledger.appendTurn(turn("2", ["c2"]));
    const context = await ledger.context("s1");
    expect(context.summary).toMatchObject({ id: "sum-1", seq: 4, message });
    expect(context.messages.map(({ id }) => id)).toEqual(["result-c1", "turn-2"]);
    expect(context.calls.map(({ id }) => id)).toEqual(["c2"]);
    expect((await ledger.messages("s1")).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    await ledger.compact({ ...entry, messageId: "sum-2", message: { ...message, text: "later", upTo: 5 } });
    expect(await ledger.context("s1")).toMatchObject({ summary: { id: "sum-2" }, messages: [], calls: [] });
  });

  test("a spilled result keeps its text and says where it went; the first move stands", async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    await ledger.appendTurn(turn("1", ["c1"]));
    await ledger.finishCall(finishedCall("c1"));
    await ledger.spill("s1", new Map([[2, "output:1"]]));
    await ledger.spill("s1", new Map([[2, "output:2"]]));
    const found = (await ledger.messages("s1"))[1];
    expect(found).toMatchObject({ spilledTo: "output:1", message: { text: "result of c1" } });
    await expect(ledger.spill("s1", new Map([[1, "output:3"]]))).rejects.toMatchObject({ code: "not-found" });
  });

  test("every message comes back as it was written", async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    const origin = { api: "messages", provider: "p", model: "m" };
    const parts = [
      { type: "reasoning", text: "hm\u0000\u2028 🧶", signature: "sig", isRedacted: true },
      { type: "text", text: 'naïve 日本 "quoted"\n', signature: "s2" },
      { ...toolCall("c1"), malformed: "not JSON" },
    ] as const;
    const message = { ...answer(""), parts, origin, stop: "cut" } as const;
    await ledger.appendTurn(turn("1", [], { message }));
    expect((await ledger.messages("s1"))[0]?.message).toEqual(message);
  });
}

function describeApprovals(here: () => LedgerCase): void {
  beforeEach(async () => {
    const { ledger } = here();
    await ledger.openSession(session());
    await ledger.acceptInbound(inbound());
    await ledger.claimRun("run-1", us, 5000);
    await ledger.askApproval(approval());
    await ledger.askApproval(approval());
  });

  test("the first decision stands and is audited", async () => {
    const { ledger } = here();
    const decision = { verdict: "allow", decidedBy: "owner", rule: "ask" } as const;
    expect(await ledger.decideApproval("q1", decision)).toBe(true);
    expect(await ledger.decideApproval("q1", { ...decision, verdict: "deny" })).toBe(false);
    const audited = { at: 1000, actor: "owner", action: "allow", subject: "rm -r build", rule: "ask", runId: "run-1" };
    expect(await ledger.audit({ limit: 10 })).toEqual([{ ...audited, number: 1 }]);
    await expect(ledger.decideApproval("q2", decision)).rejects.toMatchObject({ code: "not-found" });
  });

  test("an allow after the question expired is a deny", async () => {
    const { ledger, world } = here();
    world.time = 1_000_001;
    expect(await ledger.decideApproval("q1", { verdict: "allow", decidedBy: "owner", rule: "ask" })).toBe(false);
    expect(await ledger.audit({ limit: 1 })).toMatchObject([{ actor: "expired", action: "deny" }]);
  });

  test("what people decided is remembered, newest first; what expired is not among it", async () => {
    const { ledger, world } = here();
    await ledger.decideApproval("q1", { verdict: "allow", decidedBy: "owner", rule: "asked" });
    world.time = 2000;
    await ledger.askApproval({ ...approval(), id: "q2", subject: "make" });
    await ledger.decideApproval("q2", { verdict: "deny", decidedBy: "owner", rule: "asked" });
    await ledger.askApproval({ ...approval(), id: "q3" });
    await ledger.decideApproval("q3", { verdict: "deny", decidedBy: "expired", rule: "asked" });
    const { tool, effect, subject } = approval();
    expect(await ledger.decidedApprovals({ limit: 10 })).toEqual([
      { tool, effect, subject: "make", verdict: "deny", decidedAt: 2000 },
      { tool, effect, subject, verdict: "allow", decidedAt: 1000 },
    ]);
    expect(await ledger.decidedApprovals({ limit: 1 })).toHaveLength(1);
  });

  test("a session remembers the first thing from outside, audited once", async () => {
    const { ledger } = here();
    const { sessionId } = approval();
    expect(await ledger.taintOf(sessionId)).toBeUndefined();
    await ledger.markTaint(sessionId, "run-1", "curl");
    await ledger.markTaint(sessionId, "run-1", "a page");
    expect(await ledger.taintOf(sessionId)).toBe("curl");
    const marks = (await ledger.audit({ limit: 10 })).filter(({ rule }) => rule === "taint");
    expect(marks).toMatchObject([{ actor: "policy", subject: "curl", runId: "run-1" }]);
  });

  test("the rules that were confirmed last are those that are read, with who confirmed them", async () => {
    const { ledger } = here();
    expect(await ledger.confirmedRules()).toBeUndefined();
    await ledger.confirmRules([], "first use");
    expect(await ledger.confirmedRules()).toEqual([]);
    await ledger.confirmRules(["deny send *"], "owner");
    expect(await ledger.confirmedRules()).toEqual(["deny send *"]);
    expect(await ledger.audit({ limit: 1 })).toMatchObject([
      { actor: "owner", action: "confirm rules", subject: expect.stringMatching(/^[0-9a-f]{64}$/), rule: "1 rules" },
    ]);
  });
}
