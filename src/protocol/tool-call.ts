import type { Json } from "./json.ts";
import type { Effect } from "./tool.ts";

/**
 * `intended` the model asked for it, nothing has happened · `started` it may have happened ·
 * `done` its result is stored · `unknown` its process died in the middle: reported, never repeated.
 */
export type ToolCallState = "intended" | "started" | "done" | "unknown";

export type ToolCallRecord = {
  readonly id: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly name: string;
  readonly input: Json;
  readonly effect: Effect;
  readonly state: ToolCallState;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
};

/** Who let a call run: a default of the policy, a rule, a flag of the command line, or a person. */
export type Permission = {
  readonly by: "default" | "rule" | "flag" | "person";
  readonly rule: string;
  /** What was let run, as the audit shows it. */
  readonly subject?: string;
  /** Hash of the rules that were in force. */
  readonly policy?: string;
};
