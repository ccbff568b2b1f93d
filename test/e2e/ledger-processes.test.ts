import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { newId } from "../../src/lib/new-id.ts";
import { isOwnerAlive } from "../../src/lib/process-owner.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import { openLedger } from "../../src/store/open-ledger.ts";
import { session } from "../contract/ledger-samples.ts";
import { makeHomeFolder, startWorker, type WorkerLine } from "./ledger-process.ts";

const openHome = (home: string) =>
  openLedger({
    path: join(home, "hermes.db"),
    journalPath: join(home, "reserve.journal"),
    clock: systemClock,
    newId,
    isAlive: isOwnerAlive,
    notice: () => undefined,
    durability: "normal",
  });

function numberOf(database: DatabaseSync, sql: string): number {
  return Number(database.prepare(sql).get()?.["n"]);
}

/** What must hold of every home, whatever was killed in it. */
function expectSound(home: string, acknowledged: readonly WorkerLine[]): void {
  const database = new DatabaseSync(join(home, "hermes.db"));
  expect(database.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  for (const index of ["recall_words", "recall_pieces"]) {
    database.exec(`INSERT INTO ${index} (${index}) VALUES ('integrity-check')`);
  }
  const gaps =
    "SELECT count(*) AS n FROM (SELECT session_id, count(*) AS c, max(seq) AS m, min(seq) AS f FROM message GROUP BY 1) " +
    "JOIN session ON session.id = session_id WHERE c <> m OR f <> 1 OR m <> message_count";
  expect(numberOf(database, gaps)).toBe(0);
  const doubled =
    "SELECT count(*) AS n FROM (SELECT 1 FROM message GROUP BY session_id, body HAVING count(*) > 1 AND role = 'user' AND session_id <> 'shared')";
  expect(numberOf(database, doubled)).toBe(0);
  expect(numberOf(database, "SELECT count(*) AS n FROM run WHERE state IN ('queued', 'running', 'waiting')")).toBe(0);
  expect(numberOf(database, "SELECT count(*) AS n FROM lane")).toBe(0);
  expect(numberOf(database, "SELECT count(*) AS n FROM tool_call WHERE state = 'started'")).toBe(0);
  expect(numberOf(database, "SELECT count(*) AS n FROM quarantine")).toBe(0);
  const unpaid =
    "SELECT count(*) AS n FROM message WHERE role = 'assistant' AND replace(id, 'turn-', 'usage-') NOT IN (SELECT id FROM usage WHERE state = 'settled')";
  expect(numberOf(database, unpaid)).toBe(0);
  const ids = (sql: string) =>
    new Set(
      database
        .prepare(sql)
        .all()
        .map((row) => String(row["id"])),
    );
  const messages = ids("SELECT id FROM message");
  const starts = ids("SELECT subject AS id FROM audit");
  const done = ids("SELECT id FROM run WHERE state = 'done'");
  const missing = acknowledged.filter(
    ({ message, started, finished }) =>
      (message !== undefined && !messages.has(message)) ||
      (started !== undefined && !starts.has(started)) ||
      (finished !== undefined && !done.has(finished)),
  );
  expect(missing).toEqual([]);
  database.close();
}

test("ten processes, two of them killed, one lock held for ten seconds: exact, dense, sound, and nobody froze", async () => {
  const home = makeHomeFolder();
  const workers = Array.from({ length: 10 }, (_, index) => startWorker(home, `w${index}`, "0", "50", "paced"));
  await Promise.all(workers.map(({ working }) => working));
  await pause(200 + Math.random() * 500);
  workers[3]?.kill();
  const holder = new DatabaseSync(join(home, "hermes.db"), { timeout: 5000 });
  holder.exec("BEGIN IMMEDIATE");
  await pause(5000);
  workers[7]?.kill();
  await pause(5000);
  holder.exec("ROLLBACK");
  holder.close();
  const ends = await Promise.all(workers.map(({ ended }) => ended));
  expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, null, 0, 0, 0, null, 0, 0]);
  expect(ends.map(({ errors }) => errors.replaceAll(/^.*ExperimentalWarning.*$/gm, "").trim())).toEqual(
    ends.map(() => ""),
  );
  const lines = ends.flatMap((end) => end.lines);
  const reports = lines.filter(({ report }) => report !== undefined);
  const p99 = reports.map(({ p99Ms }) => p99Ms ?? Number.NaN);
  console.log(
    `event loop delay: p99 ${Math.max(...p99).toFixed(1)} ms, max ${Math.max(...reports.map((r) => r.maxMs ?? 0)).toFixed(1)} ms`,
  );
  expect(Math.max(...p99)).toBeLessThanOrEqual(50);
  expect(Math.max(...reports.map(({ maxMs }) => maxMs ?? Number.NaN))).toBeLessThan(1000);
  expect(reports.map(({ notices }) => notices)).toEqual(reports.map(() => ["waiting-for-store"]));

  const ledger = await openHome(home);
  expect((await ledger.recover()).interrupted.length).toBeLessThanOrEqual(2);
  for (const index of [0, 1, 2, 4, 5, 6, 8, 9]) expect(await ledger.messages(`w${index}`)).toHaveLength(150);
  expect(await ledger.audit({ limit: 1000 })).toHaveLength(lines.filter(({ started }) => started !== undefined).length);
  await ledger[Symbol.asyncDispose]();
  expectSound(home, lines);
}, 60_000);

test("a hundred kills at any moment: what was acknowledged is there, once", async () => {
  const lanes = Array.from({ length: 3 }, async (_, lane) => {
    const home = makeHomeFolder();
    const name = `k${lane}`;
    const lines: WorkerLine[] = [];
    let next = 0;
    for (let life = 0; life < 35; life += 1) {
      const worker = startWorker(home, name, String(Math.max(0, next - 2)), "100000");
      await worker.working;
      await pause(Math.random() * 60);
      worker.kill();
      const end = await worker.ended;
      expect(end.errors.replaceAll(/^.*ExperimentalWarning.*$/gm, "").trim()).toBe("");
      lines.push(...end.lines);
      const reached = end.lines.findLast(({ message }) => message?.startsWith("in-") === true)?.message;
      next = Number(reached?.split("-").at(-1) ?? next);
    }
    const ledger = await openHome(home);
    await ledger.recover();
    await ledger[Symbol.asyncDispose]();
    expectSound(home, lines);
    return lines.length;
  });
  const acknowledged = await Promise.all(lanes);
  console.log(`105 kills, ${acknowledged.reduce((sum, count) => sum + count, 0)} acknowledged writes`);
  expect(Math.min(...acknowledged)).toBeGreaterThan(35);
}, 60_000);

test("killed while the disk is full: what was held is written by the next process, once", async () => {
  const home = makeHomeFolder();
  const before = await openHome(home);
  await before.openSession(session("held"));
  await before[Symbol.asyncDispose]();
  const lines: WorkerLine[] = [];
  for (let life = 0; life < 8; life += 1) {
    const worker = startWorker(home, "held", String(life * 1000), "1000", "full");
    await worker.working;
    await pause(Math.random() * 80);
    worker.kill();
    lines.push(...(await worker.ended).lines);
  }
  const ledger = await openHome(home);
  const stored = (await ledger.messages("held")).map(({ id }) => id);
  expect(stored.filter((id) => lines.some(({ message }) => message === id))).toEqual(
    lines.map(({ message }) => message),
  );
  await ledger[Symbol.asyncDispose]();
  expectSound(home, lines);
}, 30_000);
