import type { AuditAnchor, AuditCheck, AuditEntry, AuditFilter, AuditRow } from "../protocol/audit.ts";
import { auditHash } from "./audit-hash.ts";
import type { Connection } from "./connection.ts";
import { numberAt, optionalTextAt, textAt, type Row } from "./row.ts";

/** Each row's hash covers the hash before it: no row can be changed, put in or taken out without breaking what follows. */
export function appendAudit(connection: Connection, row: AuditRow): void {
  const previous = auditHead(connection)?.hash ?? "";
  const values = [row.at, row.actor, row.action, row.subject, row.rule, row.runId, row.callId, row.policy] as const;
  connection.run(
    "INSERT INTO audit (at, actor, action, subject, rule, run_id, call_id, policy, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ...values,
    auditHash(previous, ...values),
  );
}

/** Newest first. */
export function auditRows(connection: Connection, { limit, since, runId }: AuditFilter): readonly AuditEntry[] {
  const sql = "SELECT * FROM audit WHERE at >= ?1 AND (?2 IS NULL OR run_id = ?2) ORDER BY number DESC LIMIT ?3";
  return connection.all(sql, since ?? 0, runId, limit).map(entryOf);
}

export function auditHead(connection: Connection): AuditAnchor | undefined {
  const row = connection.get("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1");
  return row === undefined ? undefined : anchorOf(row);
}

/** Computes the whole chain again. `anchor` is a row that was there once. */
export function checkAudit(connection: Connection, anchor: AuditAnchor | undefined): AuditCheck {
  let previous = "";
  let count = 0;
  let isAnchorMet = anchor === undefined;
  for (const row of connection.each("SELECT * FROM audit ORDER BY number")) {
    const { number, hash } = anchorOf(row);
    if (hash !== hashOf(previous, row)) return { isWhole: false, count, brokenAt: number, problem: "changed" };
    isAnchorMet ||= anchor?.number === number && anchor.hash === hash;
    previous = hash;
    count++;
  }
  if (!isAnchorMet) return { isWhole: false, count, brokenAt: anchor?.number ?? 0, problem: "missing" };
  return { isWhole: true, count };
}

function hashOf(previous: string, row: Row): string {
  const columns = ["at", "actor", "action", "subject", "rule", "run_id", "call_id", "policy"];
  return auditHash(previous, ...columns.map((column) => row[column]));
}

function anchorOf(row: Row): AuditAnchor {
  return { number: numberAt(row, "number"), hash: textAt(row, "hash") };
}

function entryOf(row: Row): AuditEntry {
  const [callId, policy] = [optionalTextAt(row, "call_id"), optionalTextAt(row, "policy")];
  return {
    number: numberAt(row, "number"),
    at: numberAt(row, "at"),
    actor: textAt(row, "actor"),
    action: textAt(row, "action"),
    subject: textAt(row, "subject"),
    rule: textAt(row, "rule"),
    runId: optionalTextAt(row, "run_id"),
    ...(callId === undefined ? {} : { callId }),
    ...(policy === undefined ? {} : { policy }),
  };
}
