import { appendAudit } from "./audit-store.ts";
import type { Connection } from "./connection.ts";
import { textAt } from "./row.ts";

export type TaintMark = {
  readonly sessionId: string;
  readonly runId: string;
  readonly source: string;
  readonly at: number;
};

export function markTaint(connection: Connection, { sessionId, runId, source, at }: TaintMark): void {
  const added = connection.run(
    "INSERT INTO session_taint (session_id, run_id, source, at) VALUES (?, ?, ?, ?) ON CONFLICT (session_id) DO NOTHING",
    sessionId,
    runId,
    source,
    at,
  );
  if (added === 0) return;
  appendAudit(connection, { at, actor: "policy", action: "read from outside", subject: source, rule: "taint", runId });
}

export function taintOf(connection: Connection, sessionId: string): string | undefined {
  const row = connection.get("SELECT source FROM session_taint WHERE session_id = ?", sessionId);
  return row === undefined ? undefined : textAt(row, "source");
}
