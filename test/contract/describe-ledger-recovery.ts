import { beforeEach, describe, expect, test } from "vitest";

import type { LedgerCase } from "./ledger-world.ts";
import { finishedCall, inbound, permission, reservation, session, them, turn, us } from "./ledger-samples.ts";

export function describeLedgerRecovery(here: () => LedgerCase): void {
  describe("recovery", () => {
    beforeEach(async () => {
      const { ledger } = here();
      await ledger.openSession(session());
      await ledger.acceptInbound(inbound());
    });

    test("with nothing abandoned it changes nothing", async () => {
      const { ledger } = here();
      await ledger.claimRun("run-1", us, 5000);
      expect(await ledger.recover()).toEqual({ interrupted: [], unfinished: [] });
      expect(await ledger.renewLease("run-1", us, 5000)).toBe(true);
    });

    test("the message of a run that never began is kept", async () => {
      const { ledger, world } = here();
      world.dead.add(us.pid);
      expect((await ledger.recover()).interrupted).toMatchObject([{ id: "run-1", state: "interrupted" }]);
      expect((await ledger.messages("s1")).map(({ id }) => id)).toEqual(["in-1"]);
    });

    test("a dead owner's run is interrupted, its lane free, its started effects unknown", async () => {
      const { ledger, world } = here();
      await ledger.claimRun("run-1", us, 50_000);
      await ledger.reserveUsage(reservation("1"));
      const calls = [
        { id: "c1", name: "terminal", effect: "execute" },
        { id: "c2", name: "terminal", effect: "read" },
        { id: "c3", name: "terminal", effect: "send" },
      ] as const;
      await ledger.appendTurn(turn("1", ["c1", "c2", "c3"], { calls }));
      await ledger.reserveUsage(reservation("2"));
      await ledger.startCall("s1", "c1", permission);
      await ledger.startCall("s1", "c2", permission);
      world.dead.add(us.pid);
      world.time = 2000;
      const run = { id: "run-1", sessionId: "s1", state: "interrupted", owner: us, createdAt: 1000, endedAt: 2000 };
      const call = { sessionId: "s1", runId: "run-1", name: "terminal", startedAt: 1000 };
      expect(await ledger.recover()).toEqual({
        interrupted: [run],
        unfinished: [
          { ...call, id: "c1", input: { command: "echo c1" }, effect: "execute", state: "unknown", finishedAt: 2000 },
          { ...call, id: "c2", input: { command: "echo c2" }, effect: "read", state: "started", finishedAt: undefined },
        ],
      });
      expect((await ledger.context("s1")).calls.map(({ state }) => state)).toEqual(["unknown", "started", "intended"]);
      expect((await ledger.usage({})).map(({ state }) => state)).toEqual(["settled", "lost"]);
      expect(await ledger.recover()).toEqual({ interrupted: [], unfinished: [] });
      await expect(ledger.startCall("s1", "c1", permission)).rejects.toMatchObject({ code: "bad-usage" });
      await ledger.finishCall(finishedCall("c1", { state: "unknown" }));
      await ledger.acceptInbound(inbound("2", { acceptedBy: them }));
      expect(await ledger.claimRun("run-2", them, 5000)).toEqual({ status: "claimed" });
    });

    test("what the dead process itself had said about the run's end wins", async () => {
      const { ledger, world } = here();
      await ledger.claimRun("run-1", us, 5000);
      world.dead.add(us.pid);
      await ledger.recover();
      await ledger.finishRun({ runId: "run-1", state: "done", outbox: [] });
      await ledger.finishRun({ runId: "run-1", state: "interrupted", outbox: [] });
      expect(await ledger.recover()).toEqual({ interrupted: [], unfinished: [] });
    });

    test("a message whose taker died before the run was claimed is interrupted, not forgotten", async () => {
      const { ledger, world } = here();
      world.dead.add(us.pid);
      const { interrupted } = await ledger.recover();
      expect(interrupted).toMatchObject([{ id: "run-1", state: "interrupted", owner: undefined }]);
      expect(await ledger.claimRun("run-1", them, 5000)).toEqual({ status: "gone" });
    });

    test("a run that waits for a person is interrupted with its process", async () => {
      const { ledger, world } = here();
      await ledger.claimRun("run-1", us, 5000);
      const question = { id: "q", sessionId: "s1", runId: "run-1", callId: "c1", tool: "t", effect: "write" } as const;
      const texts = { subject: "s", reason: "r", digest: "d", askedAt: 1, expiresAt: 9_000 };
      await ledger.askApproval({ ...question, ...texts });
      world.dead.add(us.pid);
      expect((await ledger.recover()).interrupted).toMatchObject([{ id: "run-1" }]);
    });

    test("a dead holder frees the lane for whoever claims first, without a recovery", async () => {
      const { ledger, world } = here();
      await ledger.claimRun("run-1", us, 50_000);
      await ledger.acceptInbound(inbound("2", { acceptedBy: them }));
      world.dead.add(us.pid);
      expect(await ledger.claimRun("run-2", them, 5000)).toEqual({ status: "claimed" });
      expect(await ledger.recover()).toEqual({ interrupted: [], unfinished: [] });
    });

    test("a living process of this machine keeps its run, however late its lease", async () => {
      const { ledger, world } = here();
      await ledger.claimRun("run-1", us, 5000);
      world.time = 1_000_000;
      expect(await ledger.recover()).toEqual({ interrupted: [], unfinished: [] });
      expect(await ledger.renewLease("run-1", us, 5000)).toBe(true);
    });

    test("a process of another machine is judged by its lease", async () => {
      const { ledger, world } = here();
      const far = { ...us, host: "another-machine.invalid" };
      await ledger.claimRun("run-1", far, 5000);
      world.time = 5999;
      expect((await ledger.recover()).interrupted).toEqual([]);
      world.time = 6000;
      expect((await ledger.recover()).interrupted).toMatchObject([{ id: "run-1", owner: far }]);
    });
  });
}
