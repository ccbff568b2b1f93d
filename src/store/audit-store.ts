import type { AuditRow } from "../protocol/ledger.ts";
import type { Connection } from "./connection.ts";
import { numberAt, optionalTextAt, textAt } from "./row.ts";

export function appendAudit(connection: Connection, row: AuditRow): void {
  connection.run(
    "INSERT INTO audit (at, actor, action, subject, rule, run_id) VALUES (?, ?, ?, ?, ?, ?)",
    row.at,
    row.actor,
    row.action,
    row.subject,
    row.rule,
    row.runId,
  );
}

/** Newest first. */
export function auditRows(connection: Connection, limit: number): readonly AuditRow[] {
  const rows = connection.all("SELECT * FROM audit ORDER BY number DESC LIMIT ?", limit);
  return rows.map((row) => ({
    at: numberAt(row, "at"),
    actor: textAt(row, "actor"),
    action: textAt(row, "action"),
    subject: textAt(row, "subject"),
    rule: textAt(row, "rule"),
    runId: optionalTextAt(row, "run_id"),
  }));
}
