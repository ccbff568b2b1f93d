import type { Recovery } from "../protocol/ledger.ts";
import type { Owner } from "../protocol/run.ts";
import type { Connection } from "./connection.ts";
import { placeInbound } from "./inbox-store.ts";
import { indexSettled } from "./message-index.ts";
import { parseOwner } from "./owner-text.ts";
import { numberAt, type Row, textAt } from "./row.ts";
import { runOf } from "./run-row.ts";
import { startedCallsOf } from "./call-row.ts";

export type Census = {
  readonly now: number;
  /** The name of this machine: its processes are judged by `isAlive`, those of others by their lease. */
  readonly host: string;
  readonly isAlive: (owner: Owner) => boolean;
};

const unfinishedRuns =
  "SELECT run.id, run.state, run.accepted_by, run.owner, lane.expires_at FROM run LEFT JOIN lane ON lane.run_id = run.id " +
  "WHERE run.state IN ('queued', 'running', 'waiting') ORDER BY run.created_at, run.id";

/** Runs whose process is gone. Reading it is all that recovery costs when there is nothing to do. */
export function abandonedRuns(connection: Connection, census: Census): readonly string[] {
  const rows = connection.all(unfinishedRuns);
  return rows.filter((row) => isAbandoned(row, census)).map((row) => textAt(row, "id"));
}

export function recover(connection: Connection, census: Census): Recovery {
  const ids = abandonedRuns(connection, census);
  const unfinished = ids.flatMap((id) => startedCallsOf(connection, id));
  for (const id of ids) interruptRun(connection, id, census.now);
  const interrupted = ids.flatMap((id) => connection.all("SELECT * FROM run WHERE id = ?", id).map(runOf));
  const after = unfinished.map((call) =>
    call.effect === "read" ? call : { ...call, state: "unknown" as const, finishedAt: census.now },
  );
  return { interrupted, unfinished: after };
}

/** Ends a run whose process is gone: its lane is free, what it started and cannot be repeated is `unknown`. */
export function interruptRun(connection: Connection, runId: string, now: number): void {
  connection.run(
    "UPDATE run SET state = 'interrupted', ended_at = ?, problem = 'The process that worked on it ended.' " +
      "WHERE id = ? AND state IN ('queued', 'running', 'waiting')",
    now,
    runId,
  );
  connection.run(
    "UPDATE tool_call SET state = 'unknown', finished_at = ? WHERE run_id = ? AND state = 'started' AND effect <> 'read'",
    now,
    runId,
  );
  closeRun(connection, runId);
}

const indexedAtEnd = 200; // messages: what is more waits for the next end of a run, or for a search

/** What every end of a run does: its message, if it never began, is kept; what was said is indexed; lane and open reservations are freed. */
export function closeRun(connection: Connection, runId: string): void {
  placeInbound(connection, runId);
  connection.run("DELETE FROM lane WHERE run_id = ?", runId);
  indexSettled(connection, indexedAtEnd);
  connection.run(
    "UPDATE usage SET state = 'lost' WHERE session_id = (SELECT session_id FROM run WHERE id = ?) AND run_id = ? AND state = 'reserved'",
    runId,
    runId,
  );
}

function isAbandoned(row: Row, census: Census): boolean {
  const owner = parseOwner(textAt(row, row["owner"] === null ? "accepted_by" : "owner"));
  if (owner === undefined || !census.isAlive(owner)) return true;
  if (owner.host === census.host || row["state"] === "queued") return false;
  return row["expires_at"] === null || numberAt(row, "expires_at") <= census.now;
}
