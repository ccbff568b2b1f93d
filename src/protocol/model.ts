import type { AssistantMessage, Message } from "./message.ts";
import type { ToolSpec } from "./tool.ts";
import type { Usage } from "./usage.ts";

export type ModelFeature = "tools" | "images" | "reasoning" | "prompt-cache";

/** US dollars per million tokens. */
export type ModelPrice = {
  readonly inputUsd: number;
  readonly outputUsd: number;
  readonly cacheReadUsd: number;
  readonly cacheWriteUsd: number;
};

export type ModelLimits = { readonly contextTokens: number; readonly outputTokens: number };

export type ModelRequest = {
  readonly system: string;
  readonly tools: readonly ToolSpec[];
  /** Valid for every vendor: each tool call is answered right after its message, each answer has its call. */
  readonly messages: readonly Message[];
  /** Never more than `limits.outputTokens`; absent means that limit. */
  readonly maxOutputTokens?: number;
  /** Lets a vendor route the session's requests to the same prompt cache. */
  readonly sessionId?: string;
};

/** Why a model call failed, in kinds that callers treat differently. */
export type ModelFailureKind =
  | "rate-limited"
  | "overloaded"
  | "unreachable"
  | "timed-out"
  | "cut"
  | "bad-key"
  | "no-credit"
  | "unknown-model"
  | "context-overflow"
  | "not-an-api"
  | "empty-reply"
  | "bad-request"
  | "budget"
  | "stopped";

export type ModelFailure = {
  readonly kind: ModelFailureKind;
  /** One sentence for a person; ends with the fix where there is one. Never holds a key. */
  readonly message: string;
  readonly status: number | undefined;
  /** What the vendor asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
};

export type ModelEvent =
  | { readonly type: "text-delta"; readonly text: string }
  | { readonly type: "reasoning-delta"; readonly text: string }
  /** A sign of life while nothing arrives, at least every 10 s: waiting for the first byte, or between bytes. */
  | { readonly type: "waiting"; readonly model: string; readonly elapsedMs: number }
  /** This try failed and another follows: the same model again, another key, or the named fallback `model`. */
  | { readonly type: "retry"; readonly failure: ModelFailure; readonly model: string; readonly delayMs: number }
  | { readonly type: "finish"; readonly message: AssistantMessage; readonly usage: Usage }
  /** `partial` is what had arrived (`stop: "cut"`, no unfinished tool call); `undefined` when nothing had. */
  | {
      readonly type: "error";
      readonly failure: ModelFailure;
      readonly partial: AssistantMessage | undefined;
      readonly usage: Usage | undefined;
    };

export interface Model {
  /** `provider/model`, as a person writes it. */
  readonly id: string;
  readonly limits: ModelLimits;
  /** `undefined` when nobody knows it: then only token budgets bind and cost is shown as unknown. */
  readonly price: ModelPrice | undefined;
  readonly features: ReadonlySet<ModelFeature>;
  /**
   * Never throws, never rejects. The last event is exactly one `finish` or one `error`.
   * After `signal` aborts it ends within a second, with `error` of kind `stopped`.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

/** US dollars: all of the prompt uncached and as much output as is allowed; `undefined` when the price is unknown. */
export function maximalCost(
  model: Pick<Model, "price">,
  promptTokens: number,
  outputTokens: number,
): number | undefined {
  if (model.price === undefined) return undefined;
  const inputUsd = Math.max(model.price.inputUsd, model.price.cacheWriteUsd);
  return (promptTokens * inputUsd + outputTokens * model.price.outputUsd) / 1_000_000;
}
