import type {
  AnthropicMessagesCompat,
  Api,
  Model as VendorRecord,
  OpenAICompletionsCompat,
} from "@earendil-works/pi-ai";
import type { WireApi } from "./wire-api.ts";
import type { WireTarget } from "./wire-target.ts";

/** The library's names of the three wires. */
export const libraryApis = {
  "openai-chat": "openai-completions",
  "openai-responses": "openai-responses",
  "anthropic-messages": "anthropic-messages",
} as const satisfies Record<WireApi, string>;

/** What the library must know of the model: its own record where it has one for this wire, else a plain one. */
export function vendorRecord(target: WireTarget): VendorRecord<Api> {
  const api = libraryApis[target.api];
  const known = target.record?.api === api ? target.record : undefined;
  return {
    id: target.model,
    name: target.model,
    api,
    provider: target.provider,
    baseUrl: withoutVersion(target),
    reasoning: known?.reasoning ?? false,
    input: ["text"],
    cost: target.record?.cost ?? freeOfCost, // the price does not depend on the wire
    contextWindow: target.limits.contextTokens,
    maxTokens: target.limits.outputTokens,
    ...(known?.thinkingLevelMap === undefined ? {} : { thinkingLevelMap: known.thinkingLevelMap }),
    ...(known?.headers === undefined ? {} : { headers: known.headers }),
    ...compatOf(target.api, known),
  };
}

const freeOfCost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** The Anthropic client adds `/v1` itself. */
function withoutVersion(target: WireTarget): string {
  const trimmed = target.baseUrl.replace(/\/+$/, "");
  return target.api === "anthropic-messages" ? trimmed.replace(/\/v1$/, "") : trimmed;
}

type Compat = { readonly compat: NonNullable<VendorRecord<Api>["compat"]> };

function compatOf(api: WireApi, known: VendorRecord<Api> | undefined): Compat {
  const compat: object = known?.compat ?? {};
  switch (api) {
    case "openai-responses":
      return { compat: compat };
    case "openai-chat":
      return { compat: known === undefined ? plainServer : compat };
    case "anthropic-messages":
      return { compat: { ...compat, ...withoutMovingMessages(compat) } };
  }
}

/** The smallest common request: what every OpenAI-compatible server takes. */
const plainServer: OpenAICompletionsCompat = {
  supportsStore: false,
  supportsDeveloperRole: false,
  supportsReasoningEffort: false,
  supportsStrictMode: false,
  maxTokensField: "max_tokens",
};

/**
 * The library marks the newest message with the thinking effort by a message of its own that wanders with the end
 * of the conversation. That changes bytes in the middle of the next request, so the effort is sent once, at the top.
 */
function withoutMovingMessages(compat: AnthropicMessagesCompat): AnthropicMessagesCompat {
  const isAdaptive = compat.supportsMidConvoEffort === true || compat.forceAdaptiveThinking === true;
  return {
    supportsMidConvoEffort: false,
    supportsMidConvoSystemMessages: false,
    supportsMidConvoToolChanges: false,
    ...(isAdaptive ? { forceAdaptiveThinking: true } : {}),
  };
}
