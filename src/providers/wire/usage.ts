import type { Usage as VendorUsage } from "@earendil-works/pi-ai";
import type { Usage } from "../../protocol/usage.ts";
import type { WireTarget } from "./wire-target.ts";

/** The vendor's count in our terms. The cost stays unknown where the price is. */
export function readUsage(usage: VendorUsage, target: WireTarget): Usage {
  return {
    inputTokens: usage.input,
    outputTokens: usage.output,
    cacheReadTokens: usage.cacheRead,
    cacheWriteTokens: usage.cacheWrite,
    reasoningTokens: usage.reasoning === 0 ? undefined : usage.reasoning,
    costUsd: target.price === undefined ? undefined : usage.cost.total,
  };
}
