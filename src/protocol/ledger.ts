import type { AuditAnchor, AuditCheck, AuditEntry, AuditFilter, AuditRow } from "./audit.ts";
import type { Approval, ApprovalDecision, DecidedApproval } from "./approval.ts";
import type { Checkpoint, NewCheckpoint, TakenBack } from "./checkpoint.ts";
import type { AssistantMessage, StoredMessage, SummaryMessage, ToolMessage, UserMessage } from "./message.ts";
import type { Owner, Run } from "./run.ts";
import type { Audience, PromptPrefix, Session, Surface } from "./session.ts";
import type { Effect } from "./tool.ts";
import type { Permission, ToolCallRecord } from "./tool-call.ts";
import type { Usage } from "./usage.ts";

export type NewSession = {
  readonly id: string;
  readonly audience: Audience;
  readonly personId: string;
  readonly surface: Surface;
  readonly root: string;
};

/** A message from outside. (`platform`, `account`, `key`) is accepted once. */
export type Inbound = {
  readonly platform: string;
  readonly account: string;
  readonly key: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly messageId: string;
  readonly message: UserMessage;
  /** The process that took it in: when it dies before claiming the run, the run is interrupted. */
  readonly acceptedBy: Owner;
};

export type ClaimOutcome =
  | { readonly status: "claimed" }
  /** Another live process works on this session, since `since` (ms since the epoch). */
  | { readonly status: "held"; readonly owner: Owner; readonly since: number }
  /** The run is not queued (any more). */
  | { readonly status: "gone" };

/** Limits that are in force for one call; an absent one does not bind. */
export type Budgets = {
  readonly runUsd?: number;
  readonly dayUsd?: number;
  readonly runTokens?: number;
  readonly dayTokens?: number;
};

/** What a model call may cost at most, asked for before it is made. */
export type UsageReservation = {
  readonly id: string;
  readonly runId: string;
  readonly sessionId: string;
  readonly purpose: "answer" | "summary" | "test";
  readonly model: string;
  readonly estimatedTokens: number;
  /** `undefined` when the price is unknown: only token budgets bind then. */
  readonly estimatedUsd: number | undefined;
  readonly budgets: Budgets;
  /** Start of the day, ms since the epoch, from which day budgets count. */
  readonly dayStart: number;
};

export type ReservationOutcome =
  | { readonly status: "reserved" }
  | {
      readonly status: "over-budget";
      readonly budget: keyof Budgets;
      readonly spent: number;
      readonly estimated: number;
      readonly limit: number;
    };

export type IntendedCall = { readonly id: string; readonly name: string; readonly effect: Effect };

/** An answer of the model, the calls in it, and the price: stored together, before any call starts. */
export type Turn = {
  readonly sessionId: string;
  readonly runId: string;
  readonly messageId: string;
  readonly message: AssistantMessage;
  /** One for each tool-call part of the message, in its order. */
  readonly calls: readonly IntendedCall[];
  readonly reservationId: string;
  readonly usage: Usage;
};

export type FinishedCall = {
  readonly sessionId: string;
  readonly runId: string;
  readonly messageId: string;
  readonly message: ToolMessage;
  /** `unknown` for a call whose fate nobody knows; the message then says so. */
  readonly state: "done" | "unknown";
};

export type Outbound = {
  readonly id: string;
  readonly address: string;
  readonly part: string;
  readonly idempotencyKey: string;
};

export type FinishedRun = {
  readonly runId: string;
  readonly state: "done" | "failed" | "stopped" | "interrupted";
  /** One sentence; absent when done. */
  readonly problem?: string;
  readonly outbox: readonly Outbound[];
};

/** What the model is shown of a session: the newest summary, everything after it, and the calls of those messages. */
export type SessionContext = {
  readonly summary: StoredMessage | undefined;
  /** In `seq` order, summaries left out. */
  readonly messages: readonly StoredMessage[];
  readonly calls: readonly ToolCallRecord[];
};

export type Recovery = {
  /** Runs whose owner was dead; they are `interrupted` now. */
  readonly interrupted: readonly Run[];
  /** Their calls that had started and not finished; those that are not reads are `unknown` now. */
  readonly unfinished: readonly ToolCallRecord[];
};

export type UsageRow = {
  readonly at: number;
  readonly sessionId: string;
  readonly runId: string;
  readonly model: string;
  readonly purpose: string;
  /** `reserved` is in progress, `lost` ended without a report: its estimate counts against budgets. */
  readonly state: "reserved" | "settled" | "lost";
  readonly usage: Usage;
};

export type SearchScope = { readonly audiences: readonly Audience[]; readonly sessionId?: string };

/**
 * Everything that happens is a row here before it is an act. Every method is one atomic transaction.
 * Ids come from the caller, and a second call with the same id changes nothing: so every write can be repeated.
 *
 * Errors: `store-busy` when another process held the store longer than the deadline, `store-lost` when it cannot
 * be read or written, `bad-data` when a stored value does not parse; a damaged message is no error but comes back as a
 * sentence that says so. Methods marked *held* never reject for a lost
 * store: what they write waits in the reserve journal and is replayed once, by id.
 */
export interface Ledger extends AsyncDisposable {
  /** `lost` from the first write that had to be held until the journal is replayed. */
  health(): "ok" | "lost";

  openSession(session: NewSession): Promise<Session>;
  session(id: string): Promise<Session | undefined>;
  /** Every session whose id begins so, at most 10, newest first. */
  sessionsByPrefix(prefix: string): Promise<readonly Session[]>;
  /** Newest `updatedAt` first. */
  listSessions(options: {
    readonly limit: number;
    readonly surface?: Surface;
    readonly root?: string;
  }): Promise<readonly Session[]>;
  /** All of the session's messages in `seq` order, summarised ones included. A missing session has none, and none is made. */
  messages(sessionId: string): Promise<readonly StoredMessage[]>;
  /** Turns that were taken back are not in it. */
  context(sessionId: string): Promise<SessionContext>;

  /** Stores the prefix under its hash and makes it the session's; the same content is stored once. */
  setPrefix(sessionId: string, prefix: PromptPrefix): Promise<string>;
  prefix(hash: string): Promise<PromptPrefix | undefined>;

  /**
   * Inbox row, with the message, and queued run at once. The message takes its place in the session when its run is
   * claimed or ended, so that it never stands in the middle of another run. `isDuplicate`: the key was known, `runId` is
   * the first one's. Rejects with `not-found` for a session that is not there.
   */
  acceptInbound(inbound: Inbound): Promise<{ readonly runId: string; readonly isDuplicate: boolean }>;
  /** Takes the session's lane and the run. The lane is free when its lease has run out or its owner is dead. */
  claimRun(runId: string, owner: Owner, leaseMs: number): Promise<ClaimOutcome>;
  /** `false` when the lane is no longer ours: stop working on it. */
  renewLease(runId: string, owner: Owner, leaseMs: number): Promise<boolean>;
  /** A person's words to a run in progress. *Held.* */
  appendSteering(entry: {
    readonly sessionId: string;
    readonly runId: string;
    readonly messageId: string;
    readonly message: UserMessage;
  }): Promise<void>;

  /** Counts everything settled, reserved and lost; a reservation is what makes the next one see it. */
  reserveUsage(reservation: UsageReservation): Promise<ReservationOutcome>;
  /** For a call that gave no turn: failed, or a summary. *Held.* */
  settleUsage(reservationId: string, usage: Usage): Promise<void>;
  /** Message, intended calls and settled usage at once. *Held.* */
  appendTurn(turn: Turn): Promise<void>;
  /**
   * Marks the call `started` and audits who let it run. Must have resolved before the call has any effect.
   * Rejects with `not-found` for a call nobody intended, with `bad-usage` for one that has ended: it never runs again.
   */
  startCall(sessionId: string, callId: string, permission: Permission): Promise<void>;
  /** Result message and end of the call at once. *Held.* */
  finishCall(finished: FinishedCall): Promise<void>;
  /** *Held.* Frees the lane. */
  finishRun(finished: FinishedRun): Promise<void>;

  askApproval(approval: Approval): Promise<void>;
  /** `false` when it was decided before: the first decision stands. Audited. */
  decideApproval(approvalId: string, decision: ApprovalDecision): Promise<boolean>;

  /** What people decided, newest first; what expired or a flag answered is not among it. */
  decidedApprovals(options: { readonly limit: number }): Promise<readonly DecidedApproval[]>;

  /** Remembers that something from outside came into the session; the first source stays. Audited. */
  markTaint(sessionId: string, runId: string, source: string): Promise<void>;
  /** From where; `undefined` while nothing came in. */
  taintOf(sessionId: string): Promise<string | undefined>;

  /** The rules that the owner confirmed last; `undefined` before the first time. */
  confirmedRules(): Promise<readonly string[] | undefined>;
  /** Audited, with the hash of the rules. */
  confirmRules(rules: readonly string[], confirmedBy: string): Promise<void>;

  /**
   * Must have resolved before what it protects from begins. An undo is audited, and rejects with `lane-held` while a
   * live process works on the session.
   */
  openCheckpoint(checkpoint: NewCheckpoint): Promise<void>;
  /** What became of it; the first end stands. The undo of an undo gives back the turns that went with it. */
  closeCheckpoint(id: string, end: { readonly after: string; readonly changedFiles: number }): Promise<void>;
  /** Newest first; of calls only those that began. */
  checkpoints(filter: { readonly sessionId: string } | { readonly root: string }): Promise<readonly Checkpoint[]>;
  /** Run of the newest turn that was not taken back; `undefined` when there is none. */
  lastTurn(sessionId: string): Promise<string | undefined>;
  /** The turn's messages stay stored and searchable, but the model is not shown them any more. Audited. Rejects like an undo. */
  takeBackTurn(turn: {
    readonly sessionId: string;
    readonly runId: string;
    readonly checkpointId?: string;
  }): Promise<void>;
  takenBack(sessionId: string): Promise<TakenBack>;

  /** Moves the texts of these tool results out of the context (`seq` → output name); the rows keep them. */
  spill(sessionId: string, moved: ReadonlyMap<number, string>): Promise<void>;
  /** Stores a summary that stands for everything up to `summary.upTo`; the rows stay, searchable. */
  compact(entry: {
    readonly sessionId: string;
    readonly runId: string;
    readonly messageId: string;
    readonly message: SummaryMessage;
  }): Promise<void>;

  /**
   * Settles what dead processes left: only runs whose owner is not alive are touched. Also writes what is held, so
   * that a process with nothing else to write gets its store back by calling this now and then.
   */
  recover(): Promise<Recovery>;

  usage(options: { readonly since?: number; readonly sessionId?: string }): Promise<readonly UsageRow[]>;
  /** What is decided or done outside of calls and approvals: use of a secret, a backup, a change of the policy. */
  recordAudit(row: AuditRow): Promise<void>;
  /** Newest first. */
  audit(filter: AuditFilter): Promise<readonly AuditEntry[]>;
  /** The newest row; `undefined` when there is none. */
  auditHead(): Promise<AuditAnchor | undefined>;
  /** Computes the chain of all rows anew. With `anchor`, that row must be among them. */
  checkAudit(anchor: AuditAnchor | undefined): Promise<AuditCheck>;
}
