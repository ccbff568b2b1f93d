import type { ModelFailureKind } from "../../protocol/model.ts";

/**
 * What follows a failure before any text arrived. `again` waits and asks the same model, at most `tries` times in all
 * (`triesWithFallback` when another model stands ready); `next-key` gives up this key, `next-model` this model;
 * `final` goes back to the caller at once.
 */
export type RetryRule =
  | { readonly then: "again"; readonly tries: number; readonly triesWithFallback: number }
  | { readonly then: "next-key" | "next-model" | "final" };

export const retryRules: Readonly<Record<ModelFailureKind, RetryRule>> = {
  "rate-limited": { then: "again", tries: Number.POSITIVE_INFINITY, triesWithFallback: 4 },
  overloaded: { then: "again", tries: 6, triesWithFallback: 3 },
  unreachable: { then: "again", tries: 4, triesWithFallback: 2 },
  "timed-out": { then: "again", tries: 2, triesWithFallback: 1 },
  cut: { then: "again", tries: 3, triesWithFallback: 2 },
  "empty-reply": { then: "again", tries: 3, triesWithFallback: 3 },
  "bad-key": { then: "next-key" },
  "no-credit": { then: "next-key" },
  "unknown-model": { then: "next-model" },
  "not-an-api": { then: "next-model" },
  "bad-request": { then: "next-model" },
  "context-overflow": { then: "final" },
  budget: { then: "final" },
  stopped: { then: "final" },
};

const firstDelayMs = 500;
const longestDelayMs = 30_000;

/** Doubles with each try up to 30 s; `random` in [0, 1) takes off up to half, so that many callers do not return at once. */
export function backoffMs(tries: number, random: number): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (tries - 1));
  return Math.round(delay * (1 - random / 2));
}
