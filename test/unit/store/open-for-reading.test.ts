import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newId } from "../../../src/lib/new-id.ts";
import { systemClock } from "../../../src/lib/system-clock.ts";
import type { Ledger } from "../../../src/protocol/ledger.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hermes a#b?c%20-"));
  path = join(folder, "hermes.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const session = {
  id: "0aaaaaaaaaaa11111111",
  audience: "direct:owner",
  personId: "owner",
  surface: "command-line",
  root: "/repo",
} as const;

function open(isReadOnly: boolean): Promise<Ledger> {
  const isAlive = (): boolean => true;
  const notice = (): void => undefined;
  return openLedger({ path, clock: systemClock, newId, isAlive, notice, durability: "normal", isReadOnly });
}

test("what is there is read, what a writer adds too, and nothing is written", async () => {
  await using writer = await open(false);
  await writer.openSession(session);
  await using reader = await open(true);
  expect(await reader.session(session.id)).toMatchObject({ root: "/repo" });
  await writer.openSession({ ...session, id: "0bbbbbbbbbbb22222222" });
  expect(await reader.listSessions({ limit: 10 })).toHaveLength(2);
  await expect(reader.openSession({ ...session, id: "0c" })).rejects.toMatchObject({ code: "store-lost" });
  expect(await writer.listSessions({ limit: 10 })).toHaveLength(2);
});

test("no file is made where there is no database", async () => {
  await expect(open(true)).rejects.toMatchObject({ code: "store-lost" });
  expect(readdirSync(folder)).toEqual([]);
});

test("a database of an older version is refused, since it cannot be brought up to date", async () => {
  new DatabaseSync(path).close();
  const older = new DatabaseSync(path);
  older.exec("CREATE TABLE something (x)");
  older.close();
  await expect(open(true)).rejects.toMatchObject({
    code: "bad-home",
    message: expect.stringMatching(/^This home was written by an older Hermes/u),
  });
});
