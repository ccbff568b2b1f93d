import type { Approval, ApprovalDecision, DecidedApproval } from "../protocol/approval.ts";
import type { AuditAnchor, AuditCheck, AuditEntry, AuditFilter, AuditRow } from "../protocol/audit.ts";
import type { Checkpoint, NewCheckpoint, TakenBack } from "../protocol/checkpoint.ts";
import type { Clock } from "../protocol/clock.ts";
import type * as ledger from "../protocol/ledger.ts";
import type { StoredMessage, SummaryMessage } from "../protocol/message.ts";
import type { Owner } from "../protocol/run.ts";
import type { PromptPrefix, Session } from "../protocol/session.ts";
import type { Permission } from "../protocol/tool-call.ts";
import type { Usage } from "../protocol/usage.ts";
import { askApproval, decideApproval, decidedApprovals, storedRules } from "./approval-store.ts";
import { appendAudit, auditHead, auditRows, checkAudit } from "./audit-store.ts";
import { startCall } from "./call-store.ts";
import { checkpointRows, closeCheckpoint, openCheckpoint, type CheckpointFilter } from "./checkpoint-store.ts";
import type { Connection } from "./connection.ts";
import { contextOf, spill } from "./context-store.ts";
import type { Steering } from "./held-write.ts";
import type { HeldWrites } from "./held-writes.ts";
import { type Acceptance, acceptInbound } from "./inbox-store.ts";
import { claimRun, renewLease } from "./lane-store.ts";
import { appendMessage, messagesOf } from "./message-store.ts";
import { abandonedRuns, type Census, recover } from "./recovery-store.ts";
import type { RecallStore } from "./recall-store.ts";
import { findSession, listSessions, openSession, type SessionFilter, sessionsByPrefix } from "./session-store.ts";
import { asAgentError } from "./store-errors.ts";
import type { StoreGate } from "./store-gate.ts";
import { markTaint, taintOf } from "./taint-store.ts";
import { lastTurn, takeBackTurn, takenBack, type TurnTakenBack } from "./turn-store.ts";
import { reserveUsage, usageRows } from "./usage-store.ts";

export type LedgerParts = {
  readonly connection: Connection;
  readonly gate: StoreGate;
  readonly held: HeldWrites;
  readonly clock: Clock;
  readonly host: string;
  readonly isAlive: (owner: Owner) => boolean;
};

/** Each method names its transaction; what happens in it is in the file of its family. */
export class SqliteLedger implements ledger.Ledger {
  readonly #parts: LedgerParts;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  health(): "ok" | "lost" {
    return this.#parts.held.isLost ? "lost" : "ok";
  }

  openSession(session: ledger.NewSession): Promise<Session> {
    return this.#write((connection, now) => openSession(connection, session, now));
  }

  session(id: string): Promise<Session | undefined> {
    return this.#read((connection) => findSession(connection, id));
  }

  sessionsByPrefix(prefix: string): Promise<readonly Session[]> {
    return this.#read((connection) => sessionsByPrefix(connection, prefix));
  }

  listSessions(options: SessionFilter): Promise<readonly Session[]> {
    return this.#read((connection) => listSessions(connection, options));
  }

  messages(sessionId: string): Promise<readonly StoredMessage[]> {
    return this.#read((connection) => messagesOf(connection, sessionId));
  }

  context(sessionId: string): Promise<ledger.SessionContext> {
    return this.#read((connection) => contextOf(connection, sessionId));
  }

  /** The index of the same database, which ends with this ledger: for one that is in memory only. */
  async recallStore(deadlineMs: number): Promise<RecallStore> {
    const { RecallStore } = await import("./recall-store.ts");
    const { connection, clock } = this.#parts;
    return new RecallStore(connection, { clock, deadlineMs });
  }

  async setPrefix(sessionId: string, prefix: PromptPrefix): Promise<string> {
    const { encodePrefix, setPrefix } = await import("./prefix-store.ts"); // loading node:crypto delays every start
    return this.#write((connection, now) => setPrefix(connection, sessionId, encodePrefix(prefix, now)));
  }

  async prefix(hash: string): Promise<PromptPrefix | undefined> {
    const { findPrefix } = await import("./prefix-store.ts");
    return this.#read((connection) => findPrefix(connection, hash));
  }

  acceptInbound(inbound: ledger.Inbound): Promise<Acceptance> {
    return this.#write((connection, now) => acceptInbound(connection, inbound, now));
  }

  async claimRun(runId: string, owner: Owner, leaseMs: number): Promise<ledger.ClaimOutcome> {
    const { held, isAlive } = this.#parts;
    await held.prepare();
    return this.#write((connection, now) => claimRun(connection, { runId, owner, leaseMs, now, isAlive }));
  }

  renewLease(runId: string, owner: Owner, leaseMs: number): Promise<boolean> {
    return this.#write((connection, now) => renewLease(connection, { runId, owner, leaseMs, now }));
  }

  appendSteering(entry: Steering): Promise<void> {
    return this.#parts.held.write({ kind: "steering", at: this.#now(), entry });
  }

  reserveUsage(reservation: ledger.UsageReservation): Promise<ledger.ReservationOutcome> {
    return this.#write((connection, now) => reserveUsage(connection, reservation, now));
  }

  settleUsage(reservationId: string, usage: Usage): Promise<void> {
    return this.#parts.held.write({ kind: "settlement", at: this.#now(), reservationId, usage });
  }

  appendTurn(entry: ledger.Turn): Promise<void> {
    return this.#parts.held.write({ kind: "turn", at: this.#now(), entry });
  }

  startCall(sessionId: string, callId: string, permission: Permission): Promise<void> {
    return this.#write((connection, at) => startCall(connection, { sessionId, callId, permission, at }));
  }

  finishCall(entry: ledger.FinishedCall): Promise<void> {
    return this.#parts.held.write({ kind: "finished-call", at: this.#now(), entry });
  }

  finishRun(entry: ledger.FinishedRun): Promise<void> {
    return this.#parts.held.write({ kind: "finished-run", at: this.#now(), entry });
  }

  askApproval(approval: Approval): Promise<void> {
    return this.#write((connection) => askApproval(connection, approval));
  }

  decideApproval(approvalId: string, decision: ApprovalDecision): Promise<boolean> {
    return this.#write((connection, at) => decideApproval(connection, { approvalId, decision, at }));
  }

  decidedApprovals({ limit }: { readonly limit: number }): Promise<readonly DecidedApproval[]> {
    return this.#read((connection) => decidedApprovals(connection, limit));
  }

  markTaint(sessionId: string, runId: string, source: string): Promise<void> {
    return this.#write((connection, at) => markTaint(connection, { sessionId, runId, source, at }));
  }

  taintOf(sessionId: string): Promise<string | undefined> {
    return this.#read((connection) => taintOf(connection, sessionId));
  }

  async confirmedRules(): Promise<readonly string[] | undefined> {
    const stored = await this.#read(storedRules);
    if (stored === undefined || stored.body === "[]") return stored === undefined ? undefined : [];
    const { checkedRules } = await import("./confirmed-rules-store.ts"); // loading node:crypto delays every start
    return checkedRules(stored);
  }

  async confirmRules(rules: readonly string[], confirmedBy: string): Promise<void> {
    const { confirmRules } = await import("./confirmed-rules-store.ts");
    return this.#write((connection, at) => confirmRules(connection, { rules, confirmedBy, at }));
  }

  openCheckpoint(checkpoint: NewCheckpoint): Promise<void> {
    const { isAlive } = this.#parts;
    return this.#write((connection, at) => openCheckpoint(connection, checkpoint, { at, isAlive }));
  }

  closeCheckpoint(id: string, end: { readonly after: string; readonly changedFiles: number }): Promise<void> {
    return this.#write((connection, at) => closeCheckpoint(connection, { id, ...end, at }));
  }

  checkpoints(filter: CheckpointFilter): Promise<readonly Checkpoint[]> {
    return this.#read((connection) => checkpointRows(connection, filter));
  }

  lastTurn(sessionId: string): Promise<string | undefined> {
    return this.#read((connection) => lastTurn(connection, sessionId));
  }

  takeBackTurn(turn: TurnTakenBack): Promise<void> {
    const { isAlive } = this.#parts;
    return this.#write((connection, at) => takeBackTurn(connection, turn, { at, isAlive }));
  }

  takenBack(sessionId: string): Promise<TakenBack> {
    return this.#read((connection) => takenBack(connection, sessionId));
  }

  spill(sessionId: string, moved: ReadonlyMap<number, string>): Promise<void> {
    return this.#write((connection) => spill(connection, sessionId, moved));
  }

  async compact(entry: {
    readonly sessionId: string;
    readonly runId: string;
    readonly messageId: string;
    readonly message: SummaryMessage;
  }): Promise<void> {
    const { sessionId, runId, messageId: id, message } = entry;
    await this.#write((connection, at) => appendMessage(connection, { id, sessionId, runId, message, at }));
  }

  async recover(): Promise<ledger.Recovery> {
    const { host, isAlive, held } = this.#parts;
    const census: Census = { now: this.#now(), host, isAlive };
    const abandoned = await this.#read((connection) => abandonedRuns(connection, census));
    if (abandoned.length === 0 && !held.isLost) return { interrupted: [], unfinished: [] };
    return this.#write((connection) => recover(connection, census));
  }

  usage(options: { readonly since?: number; readonly sessionId?: string }): Promise<readonly ledger.UsageRow[]> {
    return this.#read((connection) => usageRows(connection, options));
  }

  recordAudit(row: AuditRow): Promise<void> {
    return this.#write((connection) => appendAudit(connection, row));
  }

  audit(filter: AuditFilter): Promise<readonly AuditEntry[]> {
    return this.#read((connection) => auditRows(connection, filter));
  }

  auditHead(): Promise<AuditAnchor | undefined> {
    return this.#read(auditHead);
  }

  checkAudit(anchor: AuditAnchor | undefined): Promise<AuditCheck> {
    return this.#read((connection) => checkAudit(connection, anchor));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.held.close();
    this.#parts.connection.close();
  }

  #now(): number {
    return this.#parts.clock.now();
  }

  /** What waits goes first: a later row never stands before an earlier one. */
  async #write<Result>(work: (connection: Connection, now: number) => Result): Promise<Result> {
    try {
      await this.#parts.held.replay();
      return await this.#parts.gate.write((connection) => work(connection, this.#now()));
    } catch (error) {
      throw asAgentError(error);
    }
  }

  async #read<Result>(work: (connection: Connection) => Result): Promise<Result> {
    try {
      return await this.#parts.gate.read(work);
    } catch (error) {
      throw asAgentError(error);
    }
  }
}
