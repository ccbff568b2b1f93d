import { DatabaseSync } from "node:sqlite";

import { expect, test } from "vitest";

import { systemClock } from "../../../src/lib/system-clock.ts";
import { searchPast } from "../../../src/recall/search-past.ts";
import { Connection } from "../../../src/store/connection.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";
import { RecallStore } from "../../../src/store/recall-store.ts";
import { migrations } from "../../../src/store/schema.ts";
import { inbound, place, said, session } from "../../contract/ledger-samples.ts";
import { holdLock, type Home, makeHome, query } from "./raw-database.ts";

const scope = { audiences: ["direct:owner"] } as const;
const options = { clock: systemClock, deadlineMs: 20_000 };

/** A home as the first version wrote it, with this many messages. */
function oldHome(messages: number): Home {
  const home = makeHome();
  const database = new DatabaseSync(home.options.path);
  database.exec(`PRAGMA journal_mode = WAL; ${migrations[0] ?? ""} PRAGMA user_version = 1`);
  database.exec(
    "INSERT INTO session (id, audience, person_id, surface, title, root, created_at, updated_at, message_count) " +
      `VALUES ('s1', 'direct:owner', 'owner', 'terminal', '', '/repo', 1, 1, ${messages})`,
  );
  const add = database.prepare(
    "INSERT INTO message (id, session_id, seq, at, role, body) VALUES (?, 's1', ?, 1, 'user', ?)",
  );
  database.exec("BEGIN");
  for (let seq = 1; seq <= messages; seq += 1) add.run(`old-${seq}`, seq, JSON.stringify(said(`parcel ${seq}`)));
  database.exec("COMMIT");
  database.close();
  return home;
}

const numberOf = (home: Home, sql: string): number => Number(Object.values(query(home, sql)[0] ?? {})[0]);
const upTo = (home: Home): number => numberOf(home, "SELECT up_to FROM recall_progress");

async function found(store: RecallStore, text: string): Promise<readonly string[]> {
  const windows = await store.read((index) => searchPast({ text, scope, limit: 5 }, index, 0));
  return windows.flatMap(({ messages, found: seqs }) =>
    messages.flatMap(({ id, seq }) => (seqs.includes(seq) ? [id] : [])),
  );
}

test("an older home opens without indexing anything, each run takes in a little, and the first search the rest", async () => {
  const home = oldHome(1100);
  await using ledger = await openLedger(home.options);
  expect(upTo(home)).toBe(0);
  await place(ledger, inbound("new", { message: said("brand new") }));
  expect(upTo(home)).toBe(200);
  using store = RecallStore.open(home.options.path, options);
  expect(await found(store, "1077")).toEqual(["old-1077"]);
  expect(await found(store, "brand")).toEqual(["in-new"]);
  expect(upTo(home)).toBe(1101);
  expect(numberOf(home, "SELECT count(*) FROM recall_document")).toBe(1101);
});

test("two texts that are not equally good have different ranks", async () => {
  const home = makeHome();
  await using ledger = await openLedger(home.options);
  await ledger.openSession(session());
  await place(ledger, inbound("1", { message: said("lantern") }));
  await place(ledger, inbound("2", { message: said("a lantern among many other words that say something else") }));
  await place(ledger, inbound("3", { message: said("no light at all") }));
  const rows = query(home, "SELECT bm25(recall_words) AS rank FROM recall_words WHERE recall_words MATCH 'lantern'");
  const ranks = rows.map((row) => Number(row["rank"]));
  expect(ranks).toHaveLength(2);
  expect(ranks[0]).toBeLessThan(ranks[1] ?? 0);
});

test("a document is counted once, however often its neighbours came later", async () => {
  const home = makeHome();
  await using ledger = await openLedger(home.options);
  await ledger.openSession(session("g", { audience: "group:g" }));
  for (let index = 1; index <= 6; index += 1) {
    await place(ledger, inbound(String(index), { sessionId: "g", message: said(`unique${index}x`) }));
  }
  // the first two are whole from the start of the fourth, and so on: two still wait for their neighbours
  expect(numberOf(home, "SELECT count(*) FROM recall_document")).toBe(4);
  expect(numberOf(home, "SELECT count(*) FROM recall_pending")).toBe(2);
  const around = (column: string): number =>
    numberOf(home, `SELECT group_concat(rowid) FROM recall_words WHERE recall_words MATCH '${column} : unique3x'`);
  expect([around("user"), around("before")]).toEqual([3, 4]);
  expect(query(home, "SELECT rowid FROM recall_words WHERE recall_words MATCH 'after : unique3x'")).toHaveLength(2);
});

test("where nothing can be written, what is indexed is still found", async () => {
  const home = oldHome(300);
  await using ledger = await openLedger(home.options);
  await place(ledger, inbound("new"));
  const connection = new Connection(home.options.path);
  connection.execute("PRAGMA query_only = 1");
  using store = new RecallStore(connection, options);
  expect(await found(store, "150")).toEqual(["old-150"]);
  expect(await found(store, "290")).toEqual([]);
});

test("a lock that is held longer than the deadline is told", async () => {
  const home = oldHome(1);
  await using ledger = await openLedger(home.options);
  expect(ledger.health()).toBe("ok");
  const release = holdLock(home);
  using store = RecallStore.open(home.options.path, { ...options, deadlineMs: 200 });
  await expect(found(store, "parcel")).rejects.toMatchObject({ code: "store-busy", retryable: true });
  release();
  expect(await found(store, "parcel")).toEqual(["old-1"]);
});
