import type { TakenBack } from "../protocol/checkpoint.ts";
import { appendAudit } from "./audit-store.ts";
import type { Connection } from "./connection.ts";
import { type LaneView, requireFreeLane } from "./free-lane.ts";
import { numberAt, optionalTextAt } from "./row.ts";

export type TurnTakenBack = { readonly sessionId: string; readonly runId: string; readonly checkpointId?: string };

/**
 * A condition on `message`: whether the model may be shown it. The result of a call stays with its call: a turn that was
 * taken back may have settled what an earlier one left open.
 */
export const isShown =
  "NOT EXISTS (SELECT 1 FROM turn_taken_back AS taken WHERE taken.run_id = coalesce(" +
  "(SELECT call.run_id FROM tool_call AS call WHERE call.session_id = message.session_id AND call.id = message.call_id), " +
  "message.run_id))";

/** Of the turns that have begun; a message that still waits is no turn yet. */
export function lastTurn(connection: Connection, sessionId: string): string | undefined {
  const row = connection.get(
    "SELECT run_id FROM message WHERE session_id = ? AND role = 'user' AND run_id IS NOT NULL " +
      `AND ${isShown} ORDER BY seq DESC LIMIT 1`,
    sessionId,
  );
  return row === undefined ? undefined : optionalTextAt(row, "run_id");
}

export function takeBackTurn(connection: Connection, turn: TurnTakenBack, lane: LaneView): void {
  const { sessionId, runId, checkpointId } = turn;
  const { at } = lane;
  requireFreeLane(connection, sessionId, lane);
  const added = connection.run(
    "INSERT INTO turn_taken_back (run_id, session_id, checkpoint_id, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    runId,
    sessionId,
    checkpointId,
    at,
  );
  if (added > 0)
    appendAudit(connection, { at, actor: "owner", action: "take back turn", subject: sessionId, rule: "", runId });
}

export function giveBackTurns(connection: Connection, checkpointId: string): void {
  connection.run("DELETE FROM turn_taken_back WHERE checkpoint_id = ?", checkpointId);
}

export function takenBack(connection: Connection, sessionId: string): TakenBack {
  const shown = connection.get(
    `SELECT coalesce(max(seq), 0) AS seq, coalesce(max(at), 0) AS at FROM message WHERE session_id = ? AND ${isShown}`,
    sessionId,
  );
  const seq = shown === undefined ? 0 : numberAt(shown, "seq");
  const turns = connection.get(
    "SELECT count(DISTINCT message.run_id) AS count FROM message JOIN turn_taken_back AS taken ON taken.run_id = message.run_id " +
      "WHERE message.session_id = ? AND message.seq > ?",
    sessionId,
    seq,
  );
  const undos = connection.get(
    "SELECT count(*) AS count FROM checkpoint WHERE session_id = ? AND kind = 'undo' AND after IS NOT NULL AND at >= ? " +
      "AND NOT EXISTS (SELECT 1 FROM turn_taken_back AS taken WHERE taken.checkpoint_id = checkpoint.id)",
    sessionId,
    shown === undefined ? 0 : numberAt(shown, "at"),
  );
  return {
    turns: turns === undefined ? 0 : numberAt(turns, "count"),
    fileUndos: undos === undefined ? 0 : numberAt(undos, "count"),
  };
}
