import type { Clock } from "../../protocol/clock.ts";
import type { ModelFailure, ModelFeature, ModelLimits, ModelPrice } from "../../protocol/model.ts";
import type { Attempt } from "../attempt.ts";
import type { RateGate } from "./rate-gates.ts";
import type { TimeLimits } from "./time-limits.ts";

/** One model with one key. */
export type Lane = {
  readonly keyName: string;
  readonly gate: RateGate;
  readonly attempt: Attempt;
  /** The same with tool calls written as text, for a server that turns out not to take tools. */
  readonly attemptWithTextCalls: Attempt;
};

/** One model with all its keys. */
export type Candidate = {
  /** `provider/model` */
  readonly id: string;
  readonly lanes: readonly Lane[];
  readonly limits: TimeLimits;
  /** The sentence for a failure that no vendor words exist for. */
  failure(kind: "timed-out" | "stopped"): ModelFailure;
};

export type ResilientSpec = {
  readonly limits: ModelLimits;
  readonly price: ModelPrice | undefined;
  readonly features: ReadonlySet<ModelFeature>;
  /** The model asked for, then its fallbacks; never empty. */
  readonly candidates: readonly [Candidate, ...Candidate[]];
  readonly clock: Clock;
  /** In [0, 1). */
  random(): number;
};

/** What is learned from call to call, for as long as the model object lives. */
export type CallMemory = {
  /** Candidates that cannot take tools natively. */
  readonly textCallers: Set<Candidate>;
  /** When a candidate that failed may be asked first again. */
  readonly restingUntil: Map<Candidate, number>;
};
