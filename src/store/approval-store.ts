import { AgentError } from "../protocol/agent-error.ts";
import type { Approval, ApprovalDecision, DecidedApproval } from "../protocol/approval.ts";
import { appendAudit } from "./audit-store.ts";
import type { Connection } from "./connection.ts";
import { numberAt, oneOfAt, textAt } from "./row.ts";

export function askApproval(connection: Connection, approval: Approval): void {
  const added = connection.run(
    "INSERT INTO approval (id, session_id, run_id, call_id, tool, effect, subject, reason, digest, asked_at, expires_at) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    approval.id,
    approval.sessionId,
    approval.runId,
    approval.callId,
    approval.tool,
    approval.effect,
    approval.subject,
    approval.reason,
    approval.digest,
    approval.askedAt,
    approval.expiresAt,
  );
  if (added > 0) {
    connection.run("UPDATE run SET state = 'waiting' WHERE id = ? AND state = 'running'", approval.runId);
  }
}

export type Decision = { readonly approvalId: string; readonly decision: ApprovalDecision; readonly at: number };

/** An `allow` that comes too late is stored as what it is: the deny of an expired question. */
export function decideApproval(connection: Connection, { approvalId, decision, at }: Decision): boolean {
  const asked = connection.get("SELECT run_id, subject, expires_at, verdict FROM approval WHERE id = ?", approvalId);
  if (asked === undefined) throw new AgentError("not-found", `There is no question ${approvalId}.`);
  if (asked["verdict"] !== null) return false;
  const isLate = decision.verdict === "allow" && at > numberAt(asked, "expires_at");
  const stands: ApprovalDecision = isLate ? { ...decision, verdict: "deny", decidedBy: "expired" } : decision;
  const runId = textAt(asked, "run_id");
  connection.run(
    "UPDATE approval SET verdict = ?, decided_by = ?, rule = ?, decided_at = ? WHERE id = ?",
    stands.verdict,
    stands.decidedBy,
    stands.rule,
    at,
    approvalId,
  );
  connection.run(
    "UPDATE run SET state = 'running' WHERE id = ? AND state = 'waiting' " +
      "AND NOT EXISTS (SELECT 1 FROM approval WHERE approval.run_id = run.id AND approval.verdict IS NULL)",
    runId,
  );
  const subject = textAt(asked, "subject");
  appendAudit(connection, { at, actor: stands.decidedBy, action: stands.verdict, subject, rule: stands.rule, runId });
  return !isLate;
}

/** Newest first; only what a person decided. */
export function decidedApprovals(connection: Connection, limit: number): readonly DecidedApproval[] {
  const sql =
    "SELECT tool, effect, subject, verdict, decided_at FROM approval WHERE verdict IS NOT NULL " +
    "AND decided_by <> 'expired' AND decided_by NOT LIKE 'flag:%' ORDER BY decided_at DESC LIMIT ?";
  return connection.all(sql, limit).map((row) => ({
    tool: textAt(row, "tool"),
    effect: oneOfAt(row, "effect", ["read", "write", "execute", "send"]),
    subject: textAt(row, "subject"),
    verdict: oneOfAt(row, "verdict", ["allow", "deny"]),
    decidedAt: numberAt(row, "decided_at"),
  }));
}

/** As they were confirmed last, unchecked; `undefined` before the first time. */
export function storedRules(connection: Connection): { readonly hash: string; readonly body: string } | undefined {
  const row = connection.get("SELECT hash, body FROM confirmed_rules ORDER BY number DESC LIMIT 1");
  return row === undefined ? undefined : { hash: textAt(row, "hash"), body: textAt(row, "body") };
}
