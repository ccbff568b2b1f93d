import { AgentError } from "../protocol/agent-error.ts";
import type { FinishedCall, Turn } from "../protocol/ledger.ts";
import type { Permission } from "../protocol/tool-call.ts";
import { appendAudit } from "./audit-store.ts";
import type { Connection } from "./connection.ts";
import { appendMessage } from "./message-store.ts";
import { textAt } from "./row.ts";
import { settleTurn } from "./usage-store.ts";

export function appendTurn(connection: Connection, turn: Turn, at: number): void {
  const { messageId, sessionId, runId, message } = turn;
  const seq = appendMessage(connection, { id: messageId, sessionId, runId, message, at });
  if (seq === undefined) return;
  for (const [position, call] of turn.calls.entries()) {
    connection.run(
      "INSERT INTO tool_call (id, session_id, run_id, message_id, message_seq, position, name, effect, state) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'intended')",
      call.id,
      sessionId,
      runId,
      messageId,
      seq,
      position,
      call.name,
      call.effect,
    );
  }
  settleTurn(connection, turn, at);
}

export type CallStart = {
  readonly sessionId: string;
  readonly callId: string;
  readonly permission: Permission;
  readonly at: number;
};

export function startCall(connection: Connection, start: CallStart): void {
  const { sessionId, callId, permission, at } = start;
  const sql = "SELECT run_id, name, state FROM tool_call WHERE session_id = ? AND id = ?";
  const call = connection.get(sql, sessionId, callId);
  if (call === undefined) throw new AgentError("not-found", `Session ${sessionId} has no call ${callId}.`);
  if (call["state"] === "started") return;
  if (call["state"] !== "intended") {
    throw new AgentError("bad-usage", `The call ${callId} has ended; it must not run again.`);
  }
  const run = connection.get("SELECT state FROM run WHERE id = ?", textAt(call, "run_id"));
  if (run !== undefined && run["state"] !== "running" && run["state"] !== "waiting") {
    throw new AgentError("bad-usage", `The run of call ${callId} has ended; nothing of it begins any more.`);
  }
  connection.run(
    "UPDATE tool_call SET state = 'started', started_at = ? WHERE session_id = ? AND id = ?",
    at,
    sessionId,
    callId,
  );
  appendAudit(connection, {
    at,
    actor: permission.by,
    action: `start ${textAt(call, "name")}`,
    subject: permission.subject ?? callId,
    rule: permission.rule,
    runId: textAt(call, "run_id"),
    callId,
    ...(permission.policy === undefined ? {} : { policy: permission.policy }),
  });
}

/** A call has one result: a second one, also under another message id, changes nothing. */
export function finishCall(connection: Connection, finished: FinishedCall, at: number): void {
  const { messageId, sessionId, runId, message, state } = finished;
  const sql = "SELECT 1 FROM message WHERE session_id = ? AND call_id = ?";
  if (connection.get(sql, sessionId, message.callId) !== undefined) return;
  const seq = appendMessage(connection, { id: messageId, sessionId, runId, message, at });
  if (seq === undefined) return;
  connection.run(
    "UPDATE tool_call SET state = ?, finished_at = ? WHERE session_id = ? AND id = ?",
    state,
    at,
    sessionId,
    message.callId,
  );
}
