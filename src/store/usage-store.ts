import type { Budgets, ReservationOutcome, Turn, UsageReservation, UsageRow } from "../protocol/ledger.ts";
import { totalTokens, type Usage } from "../protocol/usage.ts";
import type { Connection } from "./connection.ts";
import { numberAt, oneOfAt, optionalNumberAt, type Row, textAt } from "./row.ts";

const states: readonly UsageRow["state"][] = ["reserved", "settled", "lost"];

// columns `tokens` and `usd` are what counts against budgets: the estimate until it is settled, then the report
type NewUsage = Omit<UsageReservation, "budgets" | "dayStart"> & { readonly at: number };

export function reserveUsage(connection: Connection, asked: UsageReservation, at: number): ReservationOutcome {
  if (connection.get("SELECT 1 FROM usage WHERE id = ?", asked.id) !== undefined) return { status: "reserved" };
  for (const budget of budgetNames) {
    const limit = asked.budgets[budget];
    const estimated = isInDollars(budget) ? asked.estimatedUsd : asked.estimatedTokens;
    if (limit === undefined || estimated === undefined) continue;
    const spent = spentOn(connection, budget, asked);
    if (spent + estimated > limit) return { status: "over-budget", budget, spent, estimated, limit };
  }
  insertReserved(connection, { ...asked, at });
  return { status: "reserved" };
}

const budgetNames: readonly (keyof Budgets)[] = ["runUsd", "dayUsd", "runTokens", "dayTokens"];

function isInDollars(budget: keyof Budgets): boolean {
  return budget === "runUsd" || budget === "dayUsd";
}

function spentOn(connection: Connection, budget: keyof Budgets, asked: UsageReservation): number {
  switch (budget) {
    case "runUsd":
      return ofRun(connection, "usd", asked);
    case "dayUsd":
      return ofDay(connection, "usd", asked);
    case "runTokens":
      return ofRun(connection, "tokens", asked);
    case "dayTokens":
      return ofDay(connection, "tokens", asked);
  }
}

type Counted = "usd" | "tokens";

function ofRun(connection: Connection, counted: Counted, { sessionId, runId }: UsageReservation): number {
  const sql = `SELECT total(${counted}) AS spent FROM usage WHERE session_id = ? AND run_id = ?`;
  return spentIn(connection.get(sql, sessionId, runId));
}

function ofDay(connection: Connection, counted: Counted, { dayStart }: UsageReservation): number {
  return spentIn(connection.get(`SELECT total(${counted}) AS spent FROM usage WHERE at >= ?`, dayStart));
}

function spentIn(row: Row | undefined): number {
  return row === undefined ? 0 : numberAt(row, "spent");
}

function insertReserved(connection: Connection, added: NewUsage): void {
  connection.run(
    "INSERT INTO usage (id, at, session_id, run_id, purpose, model, state, tokens, usd, input_tokens, output_tokens, " +
      "cache_read_tokens, cache_write_tokens) VALUES (?, ?, ?, ?, ?, ?, 'reserved', ?, ?, ?, 0, 0, 0)",
    added.id,
    added.at,
    added.sessionId,
    added.runId,
    added.purpose,
    added.model,
    added.estimatedTokens,
    added.estimatedUsd,
    added.estimatedTokens,
  );
}

/** A reservation that was never made changes nothing; one that counted as lost is mended by a late report. */
export function settleUsage(connection: Connection, reservationId: string, usage: Usage): void {
  connection.run(
    "UPDATE usage SET state = 'settled', tokens = ?, usd = ?, input_tokens = ?, output_tokens = ?, " +
      "cache_read_tokens = ?, cache_write_tokens = ?, reasoning_tokens = ? WHERE id = ? AND state <> 'settled'",
    totalTokens(usage),
    usage.costUsd,
    usage.inputTokens,
    usage.outputTokens,
    usage.cacheReadTokens,
    usage.cacheWriteTokens,
    usage.reasoningTokens,
    reservationId,
  );
}

/** A turn is paid for also when its reservation could not be written because the store was lost. */
export function settleTurn(connection: Connection, turn: Turn, at: number): void {
  if (connection.get("SELECT 1 FROM usage WHERE id = ?", turn.reservationId) === undefined) {
    const { provider, model } = turn.message.origin;
    insertReserved(connection, {
      id: turn.reservationId,
      at,
      sessionId: turn.sessionId,
      runId: turn.runId,
      purpose: "answer",
      model: `${provider}/${model}`,
      estimatedTokens: 0,
      estimatedUsd: undefined,
    });
  }
  settleUsage(connection, turn.reservationId, turn.usage);
}

/** Oldest first. */
export function usageRows(
  connection: Connection,
  options: { readonly since?: number; readonly sessionId?: string },
): readonly UsageRow[] {
  const since = options.since ?? 0;
  const rows =
    options.sessionId === undefined
      ? connection.all("SELECT * FROM usage WHERE at >= ? ORDER BY at, rowid", since)
      : connection.all(
          "SELECT * FROM usage WHERE session_id = ? AND at >= ? ORDER BY at, rowid",
          options.sessionId,
          since,
        );
  return rows.map(usageRowOf);
}

function usageRowOf(row: Row): UsageRow {
  return {
    at: numberAt(row, "at"),
    sessionId: textAt(row, "session_id"),
    runId: textAt(row, "run_id"),
    model: textAt(row, "model"),
    purpose: textAt(row, "purpose"),
    state: oneOfAt(row, "state", states),
    usage: {
      inputTokens: numberAt(row, "input_tokens"),
      outputTokens: numberAt(row, "output_tokens"),
      cacheReadTokens: numberAt(row, "cache_read_tokens"),
      cacheWriteTokens: numberAt(row, "cache_write_tokens"),
      reasoningTokens: optionalNumberAt(row, "reasoning_tokens"),
      costUsd: optionalNumberAt(row, "usd"),
    },
  };
}
