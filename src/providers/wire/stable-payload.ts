import type { WireApi } from "./wire-api.ts";

/**
 * Last touch on a request before it is sent. For Anthropic's wire the cache marks stand where they never move: on the
 * system text, on the last tool, and one at the top of the request that makes the vendor cache up to the last message
 * by itself. Older messages then serialise to the same bytes in every request.
 */
export function stablePayload(payload: unknown, api: WireApi): unknown {
  if (api !== "anthropic-messages" || typeof payload !== "object" || payload === null) return payload;
  const request = payload as Record<string, unknown>;
  return {
    ...request,
    ...(Array.isArray(request["system"]) ? { system: markLast(request["system"]) } : {}),
    ...(Array.isArray(request["tools"]) ? { tools: markLast(request["tools"]) } : {}),
    cache_control: mark,
  };
}

const mark = { type: "ephemeral" };

function markLast(blocks: readonly unknown[]): readonly unknown[] {
  return blocks.map((block, index) =>
    index === blocks.length - 1 && typeof block === "object" ? { ...block, cache_control: mark } : block,
  );
}
