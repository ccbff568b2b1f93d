import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AuditRow } from "../../../src/protocol/audit.ts";
import type { Ledger } from "../../../src/protocol/ledger.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";
import { migrations } from "../../../src/store/schema.ts";
import { makeHome, query, type Home } from "./raw-database.ts";

const rowOf = (at: number): AuditRow => ({
  at,
  actor: "owner",
  action: "allow",
  subject: `rm -r build-${at}`,
  rule: "asked",
  runId: at % 2 === 0 ? "even" : undefined,
});

async function withRows(count: number): Promise<Home> {
  const home = makeHome();
  await using ledger = await openLedger(home.options);
  for (let at = 1; at <= count; at++) await ledger.recordAudit(rowOf(at));
  return home;
}

/** As somebody with the rights of this user could do it. */
function tamper(home: Home, sql: string): void {
  query(home, "DROP TRIGGER audit_is_never_changed");
  query(home, "DROP TRIGGER audit_is_never_deleted");
  query(home, sql);
}

async function checked(home: Home, anchor?: { number: number; hash: string }): ReturnType<Ledger["checkAudit"]> {
  await using ledger = await openLedger(home.options);
  return await ledger.checkAudit(anchor);
}

describe("the chain of audit rows", () => {
  test("is whole as long as nobody touches it, also when nothing is in it", async () => {
    expect(await checked(makeHome())).toEqual({ isWhole: true, count: 0 });
    expect(await checked(await withRows(5))).toEqual({ isWhole: true, count: 5 });
  });

  test.each([
    ["changed", "UPDATE audit SET subject = 'ls' WHERE number = 3", 3],
    ["changed in what it leaves open", "UPDATE audit SET run_id = NULL WHERE number = 2", 2],
    ["taken out", "DELETE FROM audit WHERE number = 3", 4],
    [
      "put in",
      "INSERT INTO audit SELECT 9, at, actor, action, 'other', rule, run_id, call_id, policy, hash FROM audit WHERE number = 5",
      9,
    ],
    ["swapped", "UPDATE audit SET number = CASE number WHEN 2 THEN -3 ELSE -2 END WHERE number IN (2, 3)", -3],
  ])("names the first row that does not fit when one was %s", async (_, sql, brokenAt) => {
    const home = await withRows(5);
    tamper(home, sql);
    expect(await checked(home)).toMatchObject({ isWhole: false, problem: "changed", brokenAt });
  });

  test("that was cut off is whole in itself, and is told by an anchor", async () => {
    const home = await withRows(5);
    const anchor = await (await openLedger(home.options)).auditHead();
    tamper(home, "DELETE FROM audit WHERE number > 3");
    expect(await checked(home)).toEqual({ isWhole: true, count: 3 });
    expect(await checked(home, anchor)).toMatchObject({ isWhole: false, problem: "missing", brokenAt: 5 });
  });

  test("goes on behind an anchor", async () => {
    const home = await withRows(5);
    await using ledger = await openLedger(home.options);
    const anchor = await ledger.auditHead();
    await ledger.recordAudit(rowOf(6));
    expect(await ledger.checkAudit(anchor)).toEqual({ isWhole: true, count: 6 });
  });

  test("begins with the rows of an older version", async () => {
    const home = makeHome();
    const old = new DatabaseSync(join(home.path, "hermes.db"));
    old.exec(migrations[0] ?? "");
    old.exec("PRAGMA user_version = 1");
    for (const number of [1, 2, 7]) {
      const sql =
        "INSERT INTO audit (number, at, actor, action, subject, rule, run_id) VALUES (?, ?, 'flag', 'start terminal', 'c1', '--yes', ?)";
      old.prepare(sql).run(number, number * 10, number === 2 ? "run-1" : null);
    }
    old.close();
    {
      await using ledger = await openLedger(home.options);
      await ledger.recordAudit(rowOf(8));
      expect((await ledger.audit({ limit: 9 })).map(({ number, at }) => [number, at])).toEqual([
        [8, 8],
        [7, 70],
        [2, 20],
        [1, 10],
      ]);
    }
    expect(await checked(home)).toEqual({ isWhole: true, count: 4 });
    tamper(home, "UPDATE audit SET rule = 'asked' WHERE number = 2");
    expect(await checked(home)).toMatchObject({ brokenAt: 2 });
  });
});

test("rows are found by run and by time", async () => {
  await using ledger = await openLedger((await withRows(6)).options);
  expect((await ledger.audit({ limit: 9, runId: "even" })).map(({ at }) => at)).toEqual([6, 4, 2]);
  expect((await ledger.audit({ limit: 9, since: 5 })).map(({ at }) => at)).toEqual([6, 5]);
  expect((await ledger.audit({ limit: 1, since: 3, runId: "even" })).map(({ at }) => at)).toEqual([6]);
});
