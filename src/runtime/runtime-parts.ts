import type { AgentLimits } from "../agent/agent-input.ts";
import type { Checkpoints, UndoReport, UndoRequest } from "../protocol/checkpoint.ts";
import type { Clock, NewId } from "../protocol/clock.ts";
import type { JobNews } from "../protocol/job-news.ts";
import type { Ledger } from "../protocol/ledger.ts";
import type { AttachedPart } from "../protocol/message.ts";
import type { Model } from "../protocol/model.ts";
import type { Policy } from "../protocol/policy.ts";
import type { PastSessions } from "../protocol/recall-answer.ts";
import type { Owner } from "../protocol/run.ts";
import type { RunGrants } from "../protocol/runtime.ts";
import type { PromptPrefix, Session } from "../protocol/session.ts";
import type { OutputStore, Tool } from "../protocol/tool.ts";
import type { Workspace } from "../protocol/workspace.ts";

/** Everything the runtime needs from the rooms it must not know. */
export type RuntimeParts = {
  readonly ledger: Ledger;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly outputs: OutputStore;
  readonly limits: AgentLimits;
  /** Resolves what to call before anything is accepted; throws with a sentence when no model can be used. */
  openModels(): Promise<{ readonly main: Model; readonly summary: Model }>;
  openWorkspace(session: Session, signal: AbortSignal): Promise<Workspace>;
  watchJobs(workspace: Workspace): JobNews;
  /**
   * What the host puts beside a person's words, found out before they are stored; nothing for most messages.
   * Never rejects, and is quick: the message waits for it.
   */
  attachmentsFor(text: string, session: Session): Promise<readonly AttachedPart[]>;
  /** Loaded when it is first asked. */
  pastSessions(): Promise<PastSessions>;
  /** The tools of one session, in the order in which the model is told of them. */
  toolsFor(session: Session): Promise<readonly Tool[]>;
  /** What keeps the files of a run before they are changed; `undefined` where nothing is kept. */
  checkpointsFor?(run: {
    readonly session: Session;
    readonly runId: string;
    readonly workspace: Workspace;
  }): Promise<(Checkpoints & AsyncDisposable) | undefined>;
  /** Takes file changes of a session back; absent where nothing is kept. */
  undoFiles?(session: Session, request: UndoRequest, signal: AbortSignal): Promise<UndoReport>;
  /** `session`: rules that a person allowed for the rest of the session. */
  policyFor(grants: RunGrants, session: readonly string[]): Policy;
  /** Writes these rules as `allow` into the settings, confirmed by that person; absent where there are none. */
  readonly saveRules?: (rules: readonly string[], personId: string) => Promise<void>;
  /** Made once, at the session's first run; stored and replayed from then on. */
  buildPrefix(session: Session, tools: readonly Tool[], grants: RunGrants): Promise<PromptPrefix>;
};
