import { AgentError } from "../protocol/agent-error.ts";
import type { SessionContext } from "../protocol/ledger.ts";
import { callsAfter } from "./call-row.ts";
import type { Connection } from "./connection.ts";
import { isShown } from "./turn-store.ts";
import { inputsOf, messageColumns, storedMessageOf } from "./message-row.ts";

export function contextOf(connection: Connection, sessionId: string): SessionContext {
  const newest = connection.get(
    `SELECT ${messageColumns} FROM message WHERE session_id = ? AND role = 'summary' AND ${isShown} ORDER BY seq DESC LIMIT 1`,
    sessionId,
  );
  const summary = newest === undefined ? undefined : storedMessageOf(newest);
  const seq = summary?.message.role === "summary" ? summary.message.upTo : 0;
  const messages = connection
    .all(
      `SELECT ${messageColumns} FROM message WHERE session_id = ? AND seq > ? AND role <> 'summary' AND ${isShown} ORDER BY seq`,
      sessionId,
      seq,
    )
    .map(storedMessageOf);
  return { summary, messages, calls: callsAfter(connection, { sessionId, seq, inputs: inputsOf(messages) }) };
}

/** The first move of a text stands. */
export function spill(connection: Connection, sessionId: string, moved: ReadonlyMap<number, string>): void {
  for (const [seq, name] of moved) {
    const sql =
      "UPDATE message SET spilled_to = coalesce(spilled_to, ?) WHERE session_id = ? AND seq = ? AND role = 'tool'";
    if (connection.run(sql, name, sessionId, seq) === 0) {
      throw new AgentError("not-found", `Session ${sessionId} has no tool result ${seq}.`);
    }
  }
}
