import { AgentError } from "../protocol/agent-error.ts";
import type { FinishedRun } from "../protocol/ledger.ts";
import type { Connection } from "./connection.ts";
import { closeRun } from "./recovery-store.ts";

/**
 * The first end stands. Only `interrupted` gives way to a truer one: the run's own words may come later, out of the
 * reserve journal, when somebody else already took its process for dead.
 */
export function finishRun(connection: Connection, finished: FinishedRun, at: number): void {
  const { runId, state, problem, outbox } = finished;
  if (connection.get("SELECT 1 FROM run WHERE id = ?", runId) === undefined) {
    throw new AgentError("not-found", `There is no run ${runId}.`);
  }
  connection.run(
    "UPDATE run SET state = ?, problem = ?, ended_at = ? WHERE id = ? AND state NOT IN ('done', 'failed', 'stopped')",
    state,
    problem,
    at,
    runId,
  );
  for (const part of outbox) {
    connection.run(
      "INSERT INTO outbox (id, run_id, address, part, idempotency_key, state, tries, created_at, updated_at) " +
        "VALUES (?, ?, ?, ?, ?, 'waiting', 0, ?, ?) ON CONFLICT DO NOTHING",
      part.id,
      runId,
      part.address,
      part.part,
      part.idempotencyKey,
      at,
      at,
    );
  }
  closeRun(connection, runId);
}
