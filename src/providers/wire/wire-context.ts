import type { AssistantMessage as VendorAnswer, Context, Message as VendorMessage } from "@earendil-works/pi-ai";
import type { AnswerPart, AssistantMessage, Message, ReasoningPart, ToolCallPart } from "../../protocol/message.ts";
import type { ModelRequest } from "../../protocol/model.ts";
import { readCallSignature } from "./call-signature.ts";
import { renderUserText } from "./user-text.ts";
import { libraryApis } from "./vendor-record.ts";
import { type WireTarget } from "./wire-target.ts";

/**
 * The request in the library's terms. Pure and byte-stable: the same message always becomes the same bytes for the
 * same target, whatever follows it.
 */
export function wireContext(request: ModelRequest, target: WireTarget): Context {
  const ids = wireIds(request.messages, target);
  const messages = request.messages.flatMap((message) => wireMessage(message, target, ids));
  return {
    systemPrompt: request.system,
    tools: request.tools.map((tool) => ({
      name: tool.name,
      description: tool.description,
      parameters: tool.inputSchema as never, // JSON Schema is what the library's type stands for
    })),
    messages: target.api === "openai-chat" ? joinNeighbours(messages) : messages,
  };
}

/** Whether the model that will read the answer is the one that gave it: only then are its signatures worth anything. */
export function isOwnAnswer(message: AssistantMessage, target: WireTarget): boolean {
  const { api, provider, model } = message.origin;
  return api === target.api && provider === target.provider && model === target.model;
}

function wireMessage(message: Message, target: WireTarget, ids: ReadonlyMap<string, string>): readonly VendorMessage[] {
  switch (message.role) {
    case "user":
      return [{ role: "user", content: renderUserText(message), timestamp: 0 }];
    case "summary":
      return [{ role: "user", content: message.text, timestamp: 0 }];
    case "assistant":
      return wireAnswer(message, target, ids);
    case "tool":
      return [
        {
          role: "toolResult",
          toolCallId: ids.get(message.callId) ?? message.callId,
          toolName: message.name,
          content: [{ type: "text", text: message.text }],
          isError: message.isError,
          timestamp: 0,
        },
      ];
  }
}

function wireAnswer(
  message: AssistantMessage,
  target: WireTarget,
  ids: ReadonlyMap<string, string>,
): readonly VendorMessage[] {
  const isOwn = isOwnAnswer(message, target);
  const content = message.parts.flatMap((part) => wirePart(part, { isOwn, target, ids }));
  if (content.length === 0) return [];
  return [
    {
      role: "assistant",
      content,
      // The library would rewrite what it takes for a stranger's answer; that decision was made here.
      api: libraryApis[target.api],
      provider: target.provider,
      model: target.model,
      usage: noTokens,
      stopReason: content.some((part) => part.type === "toolCall") ? "toolUse" : "stop",
      timestamp: 0,
    },
  ];
}

type PartContext = { readonly isOwn: boolean; readonly target: WireTarget; readonly ids: ReadonlyMap<string, string> };

function wirePart(part: AnswerPart | ReasoningPart | ToolCallPart, context: PartContext): VendorAnswer["content"] {
  switch (part.type) {
    case "text":
      if (part.text === "") return [];
      return [{ type: "text", text: part.text, ...(signed(part, context) ? { textSignature: part.signature } : {}) }];
    case "reasoning":
      return wireReasoning(part, context);
    case "tool-call": {
      const thought = context.isOwn ? readCallSignature(part.signature).thought : undefined;
      return [
        {
          type: "toolCall",
          id: context.ids.get(part.id) ?? part.id,
          name: part.name,
          arguments: objectOf(part.input) as never, // readonly JSON: the library only serialises it
          ...(thought === undefined ? {} : { thoughtSignature: thought }),
        },
      ];
    }
  }
}

/** Another model's thoughts are dropped: as plain text they would read as part of the answer, and be imitated. */
function wireReasoning(part: ReasoningPart, context: PartContext): VendorAnswer["content"] {
  if (!context.isOwn || !signed(part, context)) return [];
  return [
    {
      type: "thinking",
      thinking: part.text,
      thinkingSignature: part.signature,
      ...(part.isRedacted === true ? { redacted: true } : {}),
    },
  ];
}

function signed<P extends { readonly signature?: string }>(
  part: P,
  context: PartContext,
): part is P & { readonly signature: string } {
  return context.isOwn && part.signature !== undefined && part.signature !== "";
}

/** Vendors want an object, also where the model wrote something else. */
function objectOf(input: ToolCallPart["input"]): object {
  return typeof input === "object" && input !== null && !Array.isArray(input) ? input : { value: input };
}

/**
 * Call ids as this vendor takes them: OpenAI's own items are replayed under the pair of ids that ties them to their
 * reasoning, Mistral takes exactly nine letters, and nobody takes an id twice or one that is too long.
 */
function wireIds(messages: readonly Message[], target: WireTarget): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>(); // a server that repeats its ids gets ours instead
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    for (const part of message.parts) {
      if (part.type !== "tool-call") continue;
      const vendorId = isOwnAnswer(message, target) ? readCallSignature(part.signature).id : undefined;
      const isUsable = target.api === "openai-responses" && vendorId !== undefined && !taken.has(vendorId);
      const plain = part.id.replace(/[^A-Za-z0-9_-]/g, "_");
      const isPlain = plain.length <= longestCallId && !taken.has(plain) && !isMistral(target);
      const id = isUsable ? vendorId : isPlain ? plain : nineLetters(part.id);
      ids.set(part.id, id);
      taken.add(id);
    }
  }
  return ids;
}

const longestCallId = 40; // OpenAI's limit, the smallest of all

function isMistral(target: WireTarget): boolean {
  return target.provider === "mistral" || /(?:mi[sx]tral|devstral|codestral|magistral)/i.test(target.model);
}

function nineLetters(id: string): string {
  let high = 0x811c9dc5;
  let low = 0x1b873593;
  for (let index = 0; index < id.length; index++) {
    high = Math.imul(high ^ id.charCodeAt(index), 0x01000193);
    low = Math.imul(low + id.charCodeAt(index), 0x85ebca6b) ^ (low >>> 13);
  }
  return ((high >>> 0).toString(36) + (low >>> 0).toString(36)).padStart(9, "0").slice(0, 9);
}

/** Chat templates of many servers insist that roles alternate, so neighbouring user messages become one. */
function joinNeighbours(messages: readonly VendorMessage[]): VendorMessage[] {
  const joined: VendorMessage[] = [];
  for (const message of messages) {
    const before = userText(joined.at(-1));
    const text = userText(message);
    if (before === undefined || text === undefined) joined.push(message);
    else joined.splice(-1, 1, { role: "user", content: `${before}\n\n${text}`, timestamp: 0 });
  }
  return joined;
}

function userText(message: VendorMessage | undefined): string | undefined {
  return message?.role === "user" && typeof message.content === "string" ? message.content : undefined;
}

const noTokens = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 0,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
};
