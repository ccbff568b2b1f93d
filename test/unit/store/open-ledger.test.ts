import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLedger } from "../../../src/store/open-ledger.ts";
import { migrations } from "../../../src/store/schema.ts";
import { session } from "../../contract/ledger-samples.ts";
import { makeHome, query } from "./raw-database.ts";

const golden = "../../goldens/store-schema.sql";

test("the schema of a new home is the golden one", async () => {
  const home = makeHome();
  await using ledger = await openLedger(home.options);
  expect(ledger.health()).toBe("ok");
  const rows = query(home, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name");
  const schema = rows.map((row) => `${String(row["sql"])};\n`).join("\n");
  await expect(schema).toMatchFileSnapshot(golden);
});

test("a new home has its owner, write-ahead logging and files for this user only", async () => {
  const home = makeHome();
  await using ledger = await openLedger(home.options);
  await ledger.openSession(session());
  expect(query(home, "SELECT id, name, role FROM person")).toEqual([{ id: "owner", name: "owner", role: "owner" }]);
  expect(query(home, "PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
  expect(query(home, "PRAGMA user_version")).toEqual([{ user_version: migrations.length }]);
  const names = readdirSync(home.path).filter((name) => name.startsWith("hermes.db"));
  expect(names.toSorted()).toEqual(["hermes.db", "hermes.db-shm", "hermes.db-wal"]);
  expect(names.map((name) => statSync(join(home.path, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
});

test("the folder of a new home is made for this user only", async () => {
  const home = makeHome();
  const path = join(home.path, "deep", "home", "hermes.db");
  await using ledger = await openLedger({ ...home.options, path });
  expect(ledger.health()).toBe("ok");
  expect(statSync(join(home.path, "deep", "home")).mode & 0o777).toBe(0o700);
});

test("ten openings of a brand-new home at once make one schema", async () => {
  const home = makeHome();
  const ledgers = await Promise.all(Array.from({ length: 10 }, () => openLedger(home.options)));
  await ledgers[9]?.openSession(session());
  expect((await ledgers[0]?.listSessions({ limit: 5 }))?.length).toBe(1);
  for (const ledger of ledgers) await ledger[Symbol.asyncDispose]();
  expect(query(home, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
});

test("a home of a newer version is refused with what to do, and left as it is", async () => {
  const home = makeHome();
  await (await openLedger(home.options))[Symbol.asyncDispose]();
  query(home, "PRAGMA user_version = 99");
  const refusal = { code: "bad-data", message: expect.stringContaining("update Hermes") };
  await expect(openLedger(home.options)).rejects.toMatchObject(refusal);
  expect(query(home, "PRAGMA user_version")).toEqual([{ user_version: 99 }]);
});

test("a database that was moved aside without its write-ahead log has one again", async () => {
  const home = makeHome();
  await (await openLedger(home.options))[Symbol.asyncDispose]();
  expect(query(home, "PRAGMA journal_mode = DELETE")).toEqual([{ journal_mode: "delete" }]);
  await (await openLedger(home.options))[Symbol.asyncDispose]();
  expect(query(home, "PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
});

test("a place where no database can be is refused at once", async () => {
  const home = makeHome();
  await expect(openLedger({ ...home.options, path: home.path })).rejects.toMatchObject({ code: "store-lost" });
});

test("audit rows are neither changed nor deleted, by nobody", async () => {
  const home = makeHome();
  await (await openLedger(home.options))[Symbol.asyncDispose]();
  query(home, "INSERT INTO audit (at, actor, action, subject, rule, hash) VALUES (1, 'a', 'b', 'c', 'd', 'e')");
  expect(() => query(home, "UPDATE audit SET actor = 'x'")).toThrow("never changed");
  expect(() => query(home, "DELETE FROM audit")).toThrow("never deleted");
});
