import type { ClaimOutcome } from "../protocol/ledger.ts";
import type { Owner } from "../protocol/run.ts";
import type { Connection } from "./connection.ts";
import { placeInbound } from "./inbox-store.ts";
import { ownerText, parseOwner } from "./owner-text.ts";
import { interruptRun } from "./recovery-store.ts";
import { numberAt, type Row, textAt } from "./row.ts";

export type Claim = {
  readonly runId: string;
  readonly owner: Owner;
  readonly leaseMs: number;
  readonly now: number;
  readonly isAlive: (owner: Owner) => boolean;
};

export function claimRun(connection: Connection, claim: Claim): ClaimOutcome {
  const run = connection.get("SELECT session_id, state, owner FROM run WHERE id = ?", claim.runId);
  if (run === undefined) return { status: "gone" };
  const owner = ownerText(claim.owner);
  if (run["state"] !== "queued") {
    const isOurs = run["owner"] === owner && renewLease(connection, claim);
    return { status: isOurs ? "claimed" : "gone" };
  }
  const sessionId = textAt(run, "session_id");
  const lane = connection.get("SELECT run_id, owner, since, expires_at FROM lane WHERE session_id = ?", sessionId);
  const outcome = lane === undefined ? undefined : holderOf(connection, lane, claim);
  if (outcome !== undefined) return outcome;
  connection.run(
    "INSERT OR REPLACE INTO lane (session_id, run_id, owner, since, expires_at) VALUES (?, ?, ?, ?, ?)",
    sessionId,
    claim.runId,
    owner,
    claim.now,
    claim.now + claim.leaseMs,
  );
  connection.run("UPDATE run SET state = 'running', owner = ? WHERE id = ?", owner, claim.runId);
  placeInbound(connection, claim.runId);
  return { status: "claimed" };
}

/** `undefined` when the lane may be taken; a dead holder's run is interrupted on the way. */
function holderOf(connection: Connection, lane: Row, claim: Claim): ClaimOutcome | undefined {
  const holder = parseOwner(textAt(lane, "owner"));
  const isHolderAlive = holder !== undefined && claim.isAlive(holder);
  if (isHolderAlive && numberAt(lane, "expires_at") > claim.now) {
    return { status: "held", owner: holder, since: numberAt(lane, "since") };
  }
  if (!isHolderAlive) interruptRun(connection, textAt(lane, "run_id"), claim.now);
  return undefined;
}

type Renewal = Pick<Claim, "runId" | "owner" | "leaseMs" | "now">;

export function renewLease(connection: Connection, renewal: Renewal): boolean {
  const expiresAt = renewal.now + renewal.leaseMs;
  const sql = "UPDATE lane SET expires_at = ? WHERE run_id = ? AND owner = ?";
  return connection.run(sql, expiresAt, renewal.runId, ownerText(renewal.owner)) > 0;
}
