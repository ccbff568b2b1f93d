import type { Json } from "../protocol/json.ts";
import type { Effect } from "../protocol/tool.ts";
import type { ToolCallRecord, ToolCallState } from "../protocol/tool-call.ts";
import type { Connection } from "./connection.ts";
import { inputsOf, messageColumns, storedMessageOf } from "./message-row.ts";
import { oneOfAt, optionalNumberAt, type Row, textAt } from "./row.ts";

const effects: readonly Effect[] = ["read", "write", "execute", "send"];
const states: readonly ToolCallState[] = ["intended", "started", "done", "unknown"];

/** Calls of the messages after `seq`, in the order the model wrote them. `inputs` are theirs, by call id. */
export function callsAfter(connection: Connection, from: CallRange): readonly ToolCallRecord[] {
  const sql = "SELECT * FROM tool_call WHERE session_id = ? AND message_seq > ? ORDER BY message_seq, position";
  return connection.all(sql, from.sessionId, from.seq).map((row) => callOf(row, from.inputs));
}

export type CallRange = {
  readonly sessionId: string;
  readonly seq: number;
  readonly inputs: ReadonlyMap<string, Json>;
};

export function startedCallsOf(connection: Connection, runId: string): readonly ToolCallRecord[] {
  const rows = connection.all(
    "SELECT * FROM tool_call WHERE run_id = ? AND state = 'started' ORDER BY message_seq, position",
    runId,
  );
  const sql = `SELECT ${messageColumns} FROM message WHERE id = ?`;
  const ids = new Set(rows.map((row) => textAt(row, "message_id")));
  const inputs = inputsOf([...ids].flatMap((id) => connection.all(sql, id).map(storedMessageOf)));
  return rows.map((row) => callOf(row, inputs));
}

function callOf(row: Row, inputs: ReadonlyMap<string, Json>): ToolCallRecord {
  const id = textAt(row, "id");
  return {
    id,
    sessionId: textAt(row, "session_id"),
    runId: textAt(row, "run_id"),
    name: textAt(row, "name"),
    input: inputs.get(id) ?? null,
    effect: oneOfAt(row, "effect", effects),
    state: oneOfAt(row, "state", states),
    startedAt: optionalNumberAt(row, "started_at"),
    finishedAt: optionalNumberAt(row, "finished_at"),
  };
}
