import type { Inbound } from "../protocol/ledger.ts";
import { textOf } from "../protocol/message.ts";
import type { Connection } from "./connection.ts";
import { appendMessage } from "./message-store.ts";
import { ownerText } from "./owner-text.ts";
import { textAt } from "./row.ts";
import { titleSession } from "./session-store.ts";

export type Acceptance = { readonly runId: string; readonly isDuplicate: boolean };

export function acceptInbound(connection: Connection, inbound: Inbound, now: number): Acceptance {
  const { platform, account, key, sessionId, runId, messageId, message } = inbound;
  const known = connection.get(
    "SELECT run_id FROM inbox WHERE platform = ? AND account = ? AND key = ?",
    platform,
    account,
    key,
  );
  if (known !== undefined) return { runId: textAt(known, "run_id"), isDuplicate: true };
  appendMessage(connection, { id: messageId, sessionId, runId, message, at: now });
  titleSession(connection, sessionId, textOf(message));
  connection.run(
    "INSERT INTO run (id, session_id, state, accepted_by, created_at) VALUES (?, ?, 'queued', ?, ?)",
    runId,
    sessionId,
    ownerText(inbound.acceptedBy),
    now,
  );
  connection.run(
    "INSERT INTO inbox (platform, account, key, session_id, run_id, message_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    platform,
    account,
    key,
    sessionId,
    runId,
    messageId,
    now,
  );
  return { runId, isDuplicate: false };
}
