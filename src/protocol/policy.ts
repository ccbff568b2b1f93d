import type { ToolIntent } from "./tool.ts";
import type { PlannedPath } from "./workspace.ts";

/** `one-shot` is `-p`: nobody is there to be asked. */
export type AskingSurface = "terminal" | "one-shot" | "group";

export type PolicyRequest = {
  readonly tool: string;
  readonly intent: ToolIntent;
  /** What `intent.paths` stand for. */
  readonly plan: readonly PlannedPath[];
  /** Resolved root of the workspace. */
  readonly root: string;
  readonly surface: AskingSurface;
};

/** `rule` names what decided, in the rule language or as `default: …`; `reason` is one sentence for a person. */
export type PolicyVerdict = {
  readonly verdict: "allow" | "ask" | "deny";
  readonly rule: string;
  readonly reason: string;
};

export interface Policy {
  /** Pure. */
  judge(request: PolicyRequest): PolicyVerdict;
}
