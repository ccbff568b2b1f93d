import { beforeEach, describe, expect, test } from "vitest";

import type { LedgerCase } from "./ledger-world.ts";
import { inbound, reservation, session, turn, us, usage } from "./ledger-samples.ts";

export function describeLedgerBudgets(here: () => LedgerCase): void {
  describe("budgets", () => {
    beforeEach(async () => {
      const { ledger } = here();
      await ledger.openSession(session());
      await ledger.acceptInbound(inbound());
      await ledger.claimRun("run-1", us, 5000);
    });

    test("a reservation counts for the next one, before anything was reported", async () => {
      const { ledger } = here();
      const budgets = { runUsd: 2.5 };
      expect(await ledger.reserveUsage(reservation("1", { budgets }))).toEqual({ status: "reserved" });
      expect(await ledger.reserveUsage(reservation("1", { budgets }))).toEqual({ status: "reserved" });
      expect(await ledger.reserveUsage(reservation("2", { budgets }))).toEqual({ status: "reserved" });
      const refused = { status: "over-budget", budget: "runUsd", spent: 2, estimated: 1, limit: 2.5 };
      expect(await ledger.reserveUsage(reservation("3", { budgets }))).toEqual(refused);
      expect(await ledger.usage({})).toHaveLength(2);
    });

    test("a report replaces the estimate", async () => {
      const { ledger } = here();
      await ledger.reserveUsage(reservation("1"));
      await ledger.settleUsage("usage-1", usage({ costUsd: 0.25 }));
      await ledger.settleUsage("usage-1", usage({ costUsd: 7 }));
      const refused = { status: "over-budget", budget: "runUsd", spent: 0.25, estimated: 1, limit: 1.2 };
      expect(await ledger.reserveUsage(reservation("2", { budgets: { runUsd: 1.2 } }))).toEqual(refused);
      const tokens = await ledger.reserveUsage(reservation("3", { budgets: { dayTokens: 1127 } }));
      expect(tokens).toEqual({ status: "over-budget", budget: "dayTokens", spent: 128, estimated: 1000, limit: 1127 });
    });

    test("day budgets count all sessions since the day began, run budgets only the run", async () => {
      const { ledger, world } = here();
      await ledger.reserveUsage(reservation("1", { runId: "elsewhere", sessionId: "s9" }));
      world.time = 2000;
      await ledger.reserveUsage(reservation("2", { runId: "elsewhere", sessionId: "s9" }));
      const today = { budgets: { runUsd: 1, dayUsd: 1.5 }, dayStart: 2000 };
      const refused = { status: "over-budget", budget: "dayUsd", spent: 1, estimated: 1, limit: 1.5 };
      expect(await ledger.reserveUsage(reservation("3", today))).toEqual(refused);
      expect(await ledger.reserveUsage(reservation("3", { ...today, dayStart: 2001 }))).toEqual({ status: "reserved" });
      expect(await ledger.usage({ since: 2000 })).toHaveLength(2);
      expect(await ledger.usage({ since: 2000, sessionId: "s1" })).toHaveLength(1);
    });

    test("an unknown price is stored as unknown; then only tokens bind", async () => {
      const { ledger } = here();
      const budgets = { runUsd: 0, runTokens: 1500 };
      const unknown = { estimatedUsd: undefined, budgets };
      expect(await ledger.reserveUsage(reservation("1", unknown))).toEqual({ status: "reserved" });
      const refused = { status: "over-budget", budget: "runTokens", spent: 1000, estimated: 1000, limit: 1500 };
      expect(await ledger.reserveUsage(reservation("2", unknown))).toEqual(refused);
      await ledger.settleUsage("usage-1", usage({ costUsd: undefined, reasoningTokens: undefined }));
      const [row] = await ledger.usage({});
      expect(row?.usage).toEqual(usage({ costUsd: undefined, reasoningTokens: undefined }));
    });

    test("a run that ends leaves its open reservations lost, and their estimates count", async () => {
      const { ledger } = here();
      await ledger.reserveUsage(reservation("1"));
      await ledger.finishRun({ runId: "run-1", state: "stopped", problem: "Stopped.", outbox: [] });
      const estimate = { inputTokens: 1000, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
      const lost = { ...estimate, reasoningTokens: undefined, costUsd: 1 };
      expect(await ledger.usage({})).toMatchObject([{ state: "lost", usage: lost }]);
      const next = await ledger.reserveUsage(reservation("2", { budgets: { dayUsd: 1.5 } }));
      expect(next).toMatchObject({ status: "over-budget", spent: 1 });
      await ledger.settleUsage("usage-1", usage());
      expect(await ledger.usage({})).toMatchObject([{ state: "settled", usage: usage() }]);
    });

    test("the sum of the rows is what the vendor reported", async () => {
      const { ledger } = here();
      for (let index = 1; index <= 20; index += 1) {
        await ledger.reserveUsage(reservation(String(index)));
        await ledger.appendTurn(turn(String(index), [], { usage: usage({ costUsd: index / 100 }) }));
      }
      const rows = await ledger.usage({ sessionId: "s1" });
      expect(rows.reduce((sum, row) => sum + (row.usage.costUsd ?? Number.NaN), 0)).toBeCloseTo(2.1, 10);
    });
  });
}
