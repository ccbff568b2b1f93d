import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";

import { onTestFinished } from "vitest";

import { newId } from "../../../src/lib/new-id.ts";
import { isOwnerAlive } from "../../../src/lib/process-owner.ts";
import { systemClock } from "../../../src/lib/system-clock.ts";
import type { LedgerOptions } from "../../../src/store/open-ledger.ts";
import type { StoreNotice } from "../../../src/store/store-gate.ts";

/** A home of its own for one test, removed after it, and what the ledger said to the person. */
export type Home = { readonly path: string; readonly options: LedgerOptions; readonly notices: StoreNotice[] };

export function makeHome(change: Partial<LedgerOptions> = {}): Home {
  const folder = mkdtempSync(join(tmpdir(), "hermes-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const notices: StoreNotice[] = [];
  const options: LedgerOptions = {
    path: join(folder, "hermes.db"),
    journalPath: join(folder, "reserve.journal"),
    clock: systemClock,
    newId,
    isAlive: isOwnerAlive,
    notice: (notice) => notices.push(notice),
    durability: "normal",
    ...change,
  };
  return { path: folder, options, notices };
}

/** Looks into the database beside the ledger, by SQLite and with its own connection. */
export function query(home: Home, sql: string): readonly Readonly<Record<string, SQLOutputValue>>[] {
  const database = new DatabaseSync(home.options.path, { timeout: 5000 });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** Takes the write lock as another process would; the returned function lets go of it. */
export function holdLock(home: Home): () => void {
  const database = new DatabaseSync(home.options.path, { timeout: 5000 });
  database.exec("BEGIN IMMEDIATE");
  return () => {
    database.exec("ROLLBACK");
    database.close();
  };
}
