import { AgentError } from "../protocol/agent-error.ts";
import type { Message, StoredMessage } from "../protocol/message.ts";
import type { Connection } from "./connection.ts";
import { messageColumns, storedMessageOf } from "./message-row.ts";
import { numberAt } from "./row.ts";
import { isShown } from "./turn-store.ts";

export type NewMessage = {
  readonly id: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly message: Message;
  readonly at: number;
};

const exactMs = 1000;

/** Takes the session's next `seq` and returns it; `undefined` when the message was there already. */
export function appendMessage(connection: Connection, added: NewMessage): number | undefined {
  if (hasMessage(connection, added.id)) return undefined;
  const counted = connection.get(
    "UPDATE session SET message_count = message_count + 1 WHERE id = ? RETURNING message_count, updated_at",
    added.sessionId,
  );
  if (counted === undefined) throw new AgentError("not-found", `There is no session ${added.sessionId}.`);
  const seq = numberAt(counted, "message_count");
  touch(connection, added, numberAt(counted, "updated_at"));
  connection.run(
    "INSERT INTO message (id, session_id, seq, run_id, at, role, call_id, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    added.id,
    added.sessionId,
    seq,
    added.runId,
    added.at,
    added.message.role,
    added.message.role === "tool" ? added.message.callId : undefined,
    JSON.stringify(added.message),
  );
  return seq;
}

/** The time stands in two indexes: within a second only a person's words are worth writing them for. */
function touch(connection: Connection, { at, sessionId, message }: NewMessage, updatedAt: number): void {
  if (at <= updatedAt || (message.role !== "user" && at - updatedAt < exactMs)) return;
  connection.run("UPDATE session SET updated_at = ? WHERE id = ?", at, sessionId);
}

export function hasMessage(connection: Connection, id: string): boolean {
  return connection.get("SELECT 1 FROM message WHERE id = ?", id) !== undefined;
}

export function messagesOf(connection: Connection, sessionId: string): readonly StoredMessage[] {
  const sql = `SELECT ${messageColumns}, ${isShown} AS is_shown FROM message WHERE session_id = ? ORDER BY seq`;
  return connection.all(sql, sessionId).map((row) => {
    const stored = storedMessageOf(row);
    return row["is_shown"] === 0 ? { ...stored, isTakenBack: true } : stored;
  });
}
