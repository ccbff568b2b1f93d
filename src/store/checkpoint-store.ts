import type { Checkpoint, NewCheckpoint } from "../protocol/checkpoint.ts";
import { appendAudit } from "./audit-store.ts";
import type { Connection } from "./connection.ts";
import { type LaneView, requireFreeLane } from "./free-lane.ts";
import { numberAt, oneOfAt, optionalNumberAt, optionalTextAt, parseJson, type Row, textAt } from "./row.ts";
import { giveBackTurns } from "./turn-store.ts";

export type CheckpointFilter = { readonly sessionId: string } | { readonly root: string };

export function openCheckpoint(connection: Connection, added: NewCheckpoint, lane: LaneView): void {
  const { at } = lane;
  if (added.kind === "undo") requireFreeLane(connection, added.sessionId, lane);
  const { id, sessionId, runId, callId, kind, root, label, before, undoes } = added;
  const count = connection.run(
    "INSERT INTO checkpoint (id, session_id, run_id, call_id, kind, root, label, before, undoes, at) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    id,
    sessionId,
    runId,
    callId,
    kind,
    root,
    label,
    before,
    JSON.stringify(undoes),
    at,
  );
  if (count === 0 || kind !== "undo") return;
  appendAudit(connection, { at, actor: "owner", action: "undo files", subject: undoes.join(" "), rule: "", runId });
}

export type CheckpointEnd = {
  readonly id: string;
  readonly after: string;
  readonly changedFiles: number;
  readonly at: number;
};

export function closeCheckpoint(connection: Connection, { id, after, changedFiles }: CheckpointEnd): void {
  const sql = "UPDATE checkpoint SET after = ?, changed_files = ? WHERE id = ? AND after IS NULL RETURNING undoes";
  const row = connection.get(sql, after, changedFiles, id);
  if (row === undefined) return;
  for (const undone of idsOf(textAt(row, "undoes"))) giveBackTurns(connection, undone);
}

export function checkpointRows(connection: Connection, filter: CheckpointFilter): readonly Checkpoint[] {
  const [column, value] = "root" in filter ? ["root", filter.root] : ["session_id", filter.sessionId];
  const sql =
    `SELECT * FROM checkpoint WHERE ${column} = ? AND (kind = 'undo' OR EXISTS (SELECT 1 FROM tool_call AS call ` +
    "WHERE call.session_id = checkpoint.session_id AND call.id = checkpoint.call_id AND call.started_at IS NOT NULL)) " +
    "ORDER BY at DESC, rowid DESC";
  return connection.all(sql, value).map(checkpointOf);
}

function checkpointOf(row: Row): Checkpoint {
  return {
    id: textAt(row, "id"),
    sessionId: textAt(row, "session_id"),
    runId: optionalTextAt(row, "run_id"),
    callId: optionalTextAt(row, "call_id"),
    kind: oneOfAt(row, "kind", ["call", "undo"]),
    root: textAt(row, "root"),
    label: textAt(row, "label"),
    before: textAt(row, "before"),
    after: optionalTextAt(row, "after"),
    changedFiles: optionalNumberAt(row, "changed_files"),
    undoes: idsOf(textAt(row, "undoes")),
    at: numberAt(row, "at"),
  };
}

function idsOf(text: string): readonly string[] {
  const value = parseJson(text);
  return Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
}
