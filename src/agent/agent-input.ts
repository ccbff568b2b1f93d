import type { Checkpoints } from "../protocol/checkpoint.ts";
import type { Clock, NewId } from "../protocol/clock.ts";
import type { Budgets, Ledger } from "../protocol/ledger.ts";
import type { JobNews } from "../protocol/job-news.ts";
import type { Model } from "../protocol/model.ts";
import type { PromptPrefix } from "../protocol/session.ts";
import type { OutputStore, Tool, ToolIntent } from "../protocol/tool.ts";
import type { Permission } from "../protocol/tool-call.ts";
import type { PlannedPath, Workspace } from "../protocol/workspace.ts";

export type AgentLimits = {
  /** Model calls in one run. */
  readonly maxSteps: number;
  /** Wall time of one run, in milliseconds. */
  readonly maxDurationMs: number;
  readonly budgets: Budgets;
};

export type PermissionOutcome =
  | {
      readonly allowed: true;
      readonly permission: Permission;
      /** What was judged: the paths of the intent, and all that the call may reach outside the root. */
      readonly plan: readonly PlannedPath[];
    }
  /** `reason` is what the model is told; it names no way around. */
  | { readonly allowed: false; readonly reason: string };

export type PermissionRequest = {
  readonly callId: string;
  readonly tool: string;
  readonly intent: ToolIntent;
  /** Digested: what was asked is what runs. */
  readonly input: unknown;
};

/** The part of the ledger that a run writes; everything is a row there before it is an act. */
export type RunLedger = Pick<
  Ledger,
  | "context"
  | "messages"
  | "reserveUsage"
  | "settleUsage"
  | "appendTurn"
  | "startCall"
  | "finishCall"
  | "appendSteering"
  | "spill"
  | "compact"
>;

export type AgentInput = {
  readonly sessionId: string;
  readonly runId: string;
  readonly model: Model;
  /** Writes summaries when the context must be fitted. */
  readonly summaryModel: Model;
  readonly prefix: PromptPrefix;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly workspace: Workspace;
  readonly outputs: OutputStore;
  readonly ledger: RunLedger;
  readonly limits: AgentLimits;
  /** Start of the day from which day budgets count, ms since the epoch. */
  readonly dayStart: number;
  /** Resolves when the policy, and if need be a person, has decided; at once when `signal` aborts. */
  permit(request: PermissionRequest, signal: AbortSignal): Promise<PermissionOutcome>;
  /** Words that a person sent while the run worked, oldest first; each is returned once. */
  takeSteering(): readonly string[];
  /** What the host has to tell the model before it is asked the next time. */
  takeNotes: JobNews["take"];
  /** Keeps what a call may change before it runs; absent where nothing is kept. */
  readonly checkpoints?: Checkpoints;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly signal: AbortSignal;
};
