import { chmodSync, rmSync } from "node:fs";
import { systemClock } from "../lib/system-clock.ts";
import { AgentError } from "../protocol/agent-error.ts";
import { Connection } from "./connection.ts";
import { readJournal } from "./reserve-journal.ts";
import { faultOf } from "./store-errors.ts";
import { needsMigration, schemaVersion } from "./migrate.ts";

const deadlineMs = 60_000;

/**
 * The database as it stands at one moment, compact and without what was deleted, while others go on writing. `to` must
 * not exist. Rejects with `store-busy` after a minute, with SQLite's error for a disk that is full.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const connection = new Connection(from);
  try {
    await patiently(() => {
      rmSync(to, { force: true });
      connection.run("VACUUM INTO ?", to);
    });
  } finally {
    connection.close();
  }
  chmodSync(to, 0o600);
  const copy = new Connection(to);
  copy.execute("PRAGMA journal_mode = WAL"); // as the original is
  copy.close();
}

/** What is wrong with a database file that nobody uses; `undefined` when nothing is. */
export function databaseProblem(path: string): string | undefined {
  const connection = new Connection(path);
  try {
    needsMigration(schemaVersion(connection));
    const [first] = connection.all("PRAGMA integrity_check");
    const verdict = String(first?.["integrity_check"]);
    return verdict === "ok" ? undefined : verdict;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    connection.close();
  }
}

/**
 * Runs `work` while no process has this database open. Rejects with `store-busy` when one has. A damaged one can be
 * replaced, too.
 */
export async function withoutOthers<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const connection = new Connection(path);
  try {
    try {
      connection.execute("PRAGMA journal_mode = DELETE"); // SQLite refuses it while anybody else has the file open
      connection.execute("BEGIN EXCLUSIVE");
    } catch (error) {
      if (faultOf(error) === "other") throw error;
      if (faultOf(error) === "lost") return await work();
      throw new AgentError("store-busy", "Another Hermes uses this home: end it first.", { cause: error });
    }
    return await work();
  } finally {
    connection.close();
  }
}

/** Whether a journal holds something that is not in the database yet, or was not when it was last written. */
export function isJournalInUse(path: string): boolean {
  return readJournal(path).length > 0;
}

async function patiently(work: () => void): Promise<void> {
  const startedAt = systemClock.now();
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (faultOf(error) !== "busy") throw error;
      if (systemClock.now() - startedAt > deadlineMs) {
        const text = "Other processes held the store all the time: try again.";
        throw new AgentError("store-busy", text, { retryable: true, cause: error });
      }
    }
    await systemClock.sleep(20);
  }
}
