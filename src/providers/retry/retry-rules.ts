import type { ModelFailureKind } from "../../protocol/model.ts";

/**
 * What follows a failure before any text arrived. `again` waits and asks the same model, at most `tries` times in all
 * (`triesWithFallback` when another model stands ready); `next-key` gives up this key, `next-model` this model;
 * `final` goes back to the caller at once.
 */
export type RetryRule =
  | { readonly act: "again"; readonly tries: number; readonly triesWithFallback: number }
  | { readonly act: "next-key" | "next-model" | "final" };

export const retryRules: Readonly<Record<ModelFailureKind, RetryRule>> = {
  "rate-limited": { act: "again", tries: Number.POSITIVE_INFINITY, triesWithFallback: 4 },
  overloaded: { act: "again", tries: 6, triesWithFallback: 3 },
  unreachable: { act: "again", tries: 4, triesWithFallback: 2 },
  "timed-out": { act: "again", tries: 2, triesWithFallback: 1 },
  cut: { act: "again", tries: 3, triesWithFallback: 2 },
  "empty-reply": { act: "again", tries: 3, triesWithFallback: 3 },
  "bad-key": { act: "next-key" },
  "no-credit": { act: "next-key" },
  "unknown-model": { act: "next-model" },
  "not-an-api": { act: "next-model" },
  "bad-request": { act: "next-model" },
  "context-overflow": { act: "final" },
  budget: { act: "final" },
  stopped: { act: "final" },
};

const firstDelayMs = 500;
const longestDelayMs = 30_000;

/** Doubles with each try up to 30 s; `random` in [0, 1) takes off up to half, so that many callers do not return at once. */
export function backoffMs(tries: number, random: number): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (tries - 1));
  return Math.round(delay * (1 - random / 2));
}
