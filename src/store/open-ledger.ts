import { chmodSync, mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";

import { currentOwner } from "../lib/process-owner.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { Clock, NewId } from "../protocol/clock.ts";
import type { Owner } from "../protocol/run.ts";
import { Connection } from "./connection.ts";
import { HeldWrites } from "./held-writes.ts";
import type { JournalPlace } from "./journal-folder.ts";
import { migrateOnce, needsMigration, schemaVersion } from "./migrate.ts";
import { SqliteLedger } from "./sqlite-ledger.ts";
import { asAgentError } from "./store-errors.ts";
import { type GateOptions, StoreGate, type StoreNotice } from "./store-gate.ts";

export type LedgerOptions = {
  /** A file, whose missing folder is made for this user only, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly isAlive: (owner: Owner) => boolean;
  readonly notice: (notice: StoreNotice) => void;
  /** `full` survives a power cut with every commit, and costs a disk flush for each. */
  readonly durability: "normal" | "full";
  /** The file is there and nothing may be written: every write rejects with `store-lost`, a search finds what is indexed. */
  readonly isReadOnly?: boolean;
  /** Where writes wait while the store is lost; absent: in memory only. */
  readonly journalPath?: string;
  /** How long one operation waits for other processes; 60 s when absent. */
  readonly deadlineMs?: number;
  /** The database grows to this many pages of 4 KiB and is then full, like a disk; absent: no such limit. */
  readonly maxPages?: number;
};

const defaultDeadlineMs = 60_000;
// smaller than SQLite's 1000: a checkpoint happens on the main thread, so it must be short
const checkpointPages = 256;

/** Rejects with `store-lost`, `store-busy` or `bad-data`, each saying what to do. */
export async function openLedger(options: LedgerOptions): Promise<SqliteLedger> {
  const connection = await openConnection(options);
  try {
    const gateOptions: GateOptions = { ...options, deadlineMs: options.deadlineMs ?? defaultDeadlineMs };
    const gate = new StoreGate(connection, gateOptions);
    const { isReadOnly = false } = options;
    if (isReadOnly) await requireSchema(gate);
    else await prepareSchema(connection, gate, options.path);
    connection.execute(pragmas(options));
    const held = new HeldWrites(gate, gateOptions, journalPlace(options));
    await held.adopt();
    const { clock, isAlive } = options;
    return new SqliteLedger({ connection, gate, held, clock, isAlive, host: hostname() });
  } catch (error) {
    connection.close();
    throw asAgentError(error);
  }
}

async function openConnection({ path, isReadOnly = false }: LedgerOptions): Promise<Connection> {
  try {
    if (isReadOnly) return (await import("./open-for-reading.ts")).openForReading(path);
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return new Connection(path);
  } catch (error) {
    throw asAgentError(error);
  }
}

async function prepareSchema(connection: Connection, gate: StoreGate, path: string): Promise<void> {
  const version = await gate.read(schemaVersion);
  if (!needsMigration(version)) return keepWriteAhead(connection, gate);
  // by name and never by opening it: closing a descriptor of the file would drop the locks that SQLite holds on it.
  // The files beside it (-wal, -shm) are made with the mode of the database.
  if (path !== ":memory:") chmodSync(path, 0o600);
  await gate.outside(() => connection.execute("PRAGMA journal_mode = WAL"));
  while (needsMigration(await gate.read(schemaVersion))) await gate.write(migrateOnce);
}

async function requireSchema(gate: StoreGate): Promise<void> {
  if (!needsMigration(await gate.read(schemaVersion))) return;
  throw new AgentError(
    "bad-home",
    "This home was written by an older Hermes and cannot be brought up to date, since it cannot be written: make it writable once.",
  );
}

/** A home that was moved aside for a restore has given it up. */
async function keepWriteAhead(connection: Connection, gate: StoreGate): Promise<void> {
  const mode = await gate.read((reading) => reading.get("PRAGMA journal_mode")?.["journal_mode"]);
  if (mode === "delete") await gate.outside(() => connection.execute("PRAGMA journal_mode = WAL"));
}

function pragmas(options: LedgerOptions): string {
  const limit = options.maxPages === undefined ? "" : `PRAGMA max_page_count = ${options.maxPages};`;
  const synchronous = options.durability === "full" ? "FULL" : "NORMAL";
  return `PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = ${checkpointPages}; ${limit}`;
}

function journalPlace(options: LedgerOptions): JournalPlace | undefined {
  if (options.journalPath === undefined) return undefined;
  const { isAlive, newId } = options;
  return { path: options.journalPath, owner: currentOwner(), isAlive, newId };
}
