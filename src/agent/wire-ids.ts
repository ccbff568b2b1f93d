import type { Message } from "../protocol/message.ts";

/**
 * Puts the vendor's own call ids back where they are unique, so that a vendor sees what it wrote; a repeated one
 * keeps ours. Depends only on what stands before, so that a growing history keeps its beginning.
 */
export function withWireIds(messages: readonly Message[]): readonly Message[] {
  const taken = new Set<string>();
  const wireIds = new Map<string, string>();
  return messages.map((message) => {
    if (message.role === "tool") return { ...message, callId: wireIds.get(message.callId) ?? message.callId };
    if (message.role !== "assistant") return message;
    return {
      ...message,
      parts: message.parts.map((part) => {
        if (part.type !== "tool-call" || part.vendorId === undefined) return part;
        const { vendorId, ...rest } = part;
        const id = taken.has(vendorId) ? part.id : vendorId;
        taken.add(vendorId);
        wireIds.set(part.id, id);
        return { ...rest, id };
      }),
    };
  });
}
