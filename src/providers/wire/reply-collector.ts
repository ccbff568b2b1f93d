import type {
  AssistantMessage as VendorAnswer,
  AssistantMessageEvent as VendorEvent,
  ToolCall,
} from "@earendil-works/pi-ai";
import type { NewId } from "../../protocol/clock.ts";
import type { AnswerPart, AssistantMessage, ReasoningPart, StopReason, ToolCallPart } from "../../protocol/message.ts";
import type { ModelRequest } from "../../protocol/model.ts";
import type { ToolSpec } from "../../protocol/tool.ts";
import { parseToolArguments } from "../tool-arguments.ts";
import { toolNameFrom } from "../tool-name.ts";
import { writeCallSignature } from "./call-signature.ts";
import type { WireTarget } from "./wire-target.ts";

/**
 * Turns the library's events into a message. The library repairs broken arguments by guessing, so their raw text is
 * collected here and read strictly.
 */
export class ReplyCollector {
  readonly #target: WireTarget;
  readonly #tools: ReadonlyMap<string, ToolSpec>;
  readonly #newId: NewId;
  readonly #callIds = new Set<string>();
  readonly #rawArguments = new Map<number, string>();

  constructor(target: WireTarget, request: ModelRequest, newId: NewId) {
    this.#target = target;
    this.#tools = new Map(request.tools.map((tool) => [tool.name, tool]));
    this.#newId = newId;
  }

  /** Remembers the pieces of arguments; every other event is ignored. */
  take(event: VendorEvent): void {
    if (event.type !== "toolcall_delta") return;
    // Not from `event.partial`: it is the library's live object, and may be ahead of the event.
    this.#rawArguments.set(event.contentIndex, (this.#rawArguments.get(event.contentIndex) ?? "") + event.delta);
  }

  /** A whole answer. */
  message(answer: VendorAnswer): AssistantMessage {
    const isLength = answer.stopReason === "length";
    const parts = answer.content.flatMap((block, index) => this.#part(block, index, isLength));
    const hasCalls = parts.some((part) => part.type === "tool-call");
    const stop: StopReason = isLength ? "length" : hasCalls ? "tool-calls" : "end";
    return { role: "assistant", parts, origin: this.#origin(), stop };
  }

  /** What had arrived of a broken answer: no calls, because none of them was meant to stand alone. `undefined` = nothing. */
  partial(answer: VendorAnswer): AssistantMessage | undefined {
    const parts = answer.content.flatMap((block) => (block.type === "toolCall" ? [] : this.#part(block, 0, true)));
    return parts.length === 0 ? undefined : { role: "assistant", parts, origin: this.#origin(), stop: "cut" };
  }

  #origin(): AssistantMessage["origin"] {
    return { api: this.#target.api, provider: this.#target.provider, model: this.#target.model };
  }

  #part(
    block: VendorAnswer["content"][number],
    index: number,
    isCut: boolean,
  ): readonly (AnswerPart | ReasoningPart | ToolCallPart)[] {
    switch (block.type) {
      case "text":
        return block.text === "" ? [] : [{ type: "text", text: block.text, ...signature(block.textSignature) }];
      case "thinking":
        if (block.thinking === "" && (block.thinkingSignature ?? "") === "") return [];
        return [
          {
            type: "reasoning",
            text: block.redacted === true ? "" : block.thinking,
            ...signature(block.thinkingSignature),
            ...(block.redacted === true ? { isRedacted: true } : {}),
          },
        ];
      case "toolCall":
        return [this.#call(block, index, isCut)];
    }
  }

  #call(block: ToolCall, index: number, isCut: boolean): ToolCallPart {
    const name = toolNameFrom(block.name, new Set(this.#tools.keys()));
    const raw = this.#rawArguments.get(index) ?? "";
    const whole = raw.trim() === "" && Object.keys(block.arguments).length > 0 ? JSON.stringify(block.arguments) : raw;
    const parsed = parseToolArguments(whole, { mayBeEmpty: !isCut && !this.#requiresInput(name) });
    const kept = writeCallSignature({
      id: this.#target.api === "openai-responses" ? block.id : undefined,
      thought: block.thoughtSignature,
    });
    return {
      type: "tool-call",
      id: this.#callId(block.id),
      name,
      input: parsed.input,
      ...(parsed.ok
        ? {}
        : { malformed: isCut ? `${parsed.problem} The reply had reached its length limit.` : parsed.problem }),
      ...signature(kept),
    };
  }

  /** The vendor's own, so that it sees it again; ours when it left it out or gave it to another call of this answer. */
  #callId(given: string): string {
    const vendors = given.split("|")[0] ?? ""; // OpenAI's second half belongs to its reasoning, and is in the signature
    const id = vendors === "" || this.#callIds.has(vendors) ? `call_${this.#newId()}` : vendors;
    this.#callIds.add(id);
    return id;
  }

  #requiresInput(name: string): boolean {
    const required = this.#tools.get(name)?.inputSchema["required"];
    return Array.isArray(required) && required.length > 0;
  }
}

function signature(value: string | undefined): { readonly signature?: string } {
  return value === undefined || value === "" ? {} : { signature: value };
}
