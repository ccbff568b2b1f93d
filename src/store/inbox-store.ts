import { AgentError } from "../protocol/agent-error.ts";
import type { Inbound } from "../protocol/ledger.ts";
import { textOf } from "../protocol/message.ts";
import type { Connection } from "./connection.ts";
import { userMessageOf } from "./message-row.ts";
import { appendMessage } from "./message-store.ts";
import { ownerText } from "./owner-text.ts";
import { numberAt, textAt } from "./row.ts";
import { hasSession, titleSession } from "./session-store.ts";

export type Acceptance = { readonly runId: string; readonly isDuplicate: boolean };

/** The message waits in the inbox until its run begins: so it never stands in the middle of another run. */
export function acceptInbound(connection: Connection, inbound: Inbound, now: number): Acceptance {
  const { platform, account, key, sessionId, runId, messageId, message } = inbound;
  const known = connection.get(
    "SELECT run_id FROM inbox WHERE platform = ? AND account = ? AND key = ?",
    platform,
    account,
    key,
  );
  if (known !== undefined) return { runId: textAt(known, "run_id"), isDuplicate: true };
  if (!hasSession(connection, sessionId)) throw new AgentError("not-found", `There is no session ${sessionId}.`);
  titleSession(connection, sessionId, textOf(message));
  connection.run("UPDATE session SET updated_at = max(updated_at, ?) WHERE id = ?", now, sessionId);
  connection.run(
    "INSERT INTO run (id, session_id, state, accepted_by, created_at) VALUES (?, ?, 'queued', ?, ?)",
    runId,
    sessionId,
    ownerText(inbound.acceptedBy),
    now,
  );
  connection.run(
    "INSERT INTO inbox (platform, account, key, session_id, run_id, message_id, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    platform,
    account,
    key,
    sessionId,
    runId,
    messageId,
    now,
    JSON.stringify(message),
  );
  return { runId, isDuplicate: false };
}

/** Moves the message of this run, if it still waits, to the end of its session. */
export function placeInbound(connection: Connection, runId: string): void {
  const waiting = connection.get(
    "SELECT session_id, message_id, at, body FROM inbox WHERE run_id = ? AND body IS NOT NULL",
    runId,
  );
  if (waiting === undefined) return;
  const id = textAt(waiting, "message_id");
  appendMessage(connection, {
    id,
    sessionId: textAt(waiting, "session_id"),
    runId,
    message: userMessageOf(id, textAt(waiting, "body")),
    at: numberAt(waiting, "at"),
  });
  connection.run("UPDATE inbox SET body = NULL WHERE run_id = ?", runId);
}
