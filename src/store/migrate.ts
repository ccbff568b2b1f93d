import { AgentError } from "../protocol/agent-error.ts";
import { auditHash } from "./audit-hash.ts";
import type { Connection } from "./connection.ts";
import { numberAt } from "./row.ts";
import { migrations } from "./schema.ts";

export function schemaVersion(connection: Connection): number {
  const row = connection.get("PRAGMA user_version");
  return row === undefined ? 0 : numberAt(row, "user_version");
}

/** Throws `bad-data` when a newer version of Hermes has written this database. */
export function needsMigration(version: number): boolean {
  if (version > migrations.length) {
    throw new AgentError(
      "bad-data",
      `This home was written by a newer Hermes (store version ${version}, known here: ${migrations.length}); update Hermes.`,
    );
  }
  return version < migrations.length;
}

/** The next version, in one transaction of the caller; nothing when another process was faster. */
export function migrateOnce(connection: Connection): void {
  const version = schemaVersion(connection);
  const step = migrations[version];
  if (step === undefined) return;
  connection.define("audit_hash", auditHash);
  connection.execute(step);
  connection.execute(`PRAGMA user_version = ${version + 1}`);
}
