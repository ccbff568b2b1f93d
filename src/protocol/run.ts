import type { Usage } from "./usage.ts";

/**
 * `queued` accepted, nobody works on it · `running` owned by a live process · `waiting` for a person ·
 * `interrupted` its process died: what it did is known, it can be continued.
 */
export type RunState = "queued" | "running" | "waiting" | "done" | "failed" | "stopped" | "interrupted";

/** A process that owns a run. `startedAt` tells a live process from a later one with the same pid. */
export type Owner = { readonly host: string; readonly pid: number; readonly startedAt: string };

export type Run = {
  readonly id: string;
  readonly sessionId: string;
  readonly state: RunState;
  readonly owner: Owner | undefined;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
};

/** How a run ended. `text` is the answer, or what there is of it. */
export type RunOutcome = {
  readonly state: "done" | "failed" | "stopped";
  readonly text: string;
  /** One sentence for a person; `undefined` exactly when `state` is `done`. */
  readonly problem: string | undefined;
  readonly usage: Usage;
  /** Calls that the policy or a person refused. */
  readonly refusedCalls: number;
};
