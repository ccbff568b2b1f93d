import {
  toolCallsOf,
  type AssistantMessage,
  type Message,
  type ToolMessage,
  type UserMessage,
} from "../protocol/message.ts";

export const cutNote =
  "Your reply was cut off here by a broken connection. Go on exactly where it stopped; repeat nothing.";
export const lengthNote = "Your reply reached its length limit here. Go on exactly where it stopped; repeat nothing.";
const lostResult = "The result of this call was lost. Look at the actual state before you do it again.";
const missingStart = "The beginning of this conversation is missing.";

/**
 * A history that every vendor accepts, whatever rows are missing, doubled or out of order:
 * it begins with a user message or a summary; each assistant message has text or calls; each call is answered exactly
 * once, right behind its message and in the order of the calls; no result stands without its call; no two assistant
 * messages follow each other. Deterministic, and stable under growth: appending messages to a settled history
 * appends to the result.
 */
export function validHistory(messages: readonly Message[]): readonly Message[] {
  const results = firstResultByCall(messages);
  const answered = new Set<string>();
  const valid: Message[] = [];
  for (const message of messages) {
    if (message.role === "tool") continue;
    if (message.role !== "assistant") {
      valid.push(message);
      continue;
    }
    const kept = withoutRepeatedCalls(message, answered);
    if (!saysSomething(kept)) continue;
    const previous = valid.at(-1);
    if (previous?.role === "assistant") valid.push(hostNote(noteAfter(previous)));
    if (previous === undefined) valid.push(hostNote(missingStart));
    valid.push(kept);
    for (const call of toolCallsOf(kept)) valid.push(results.get(call.id) ?? lost(call.id, call.name));
  }
  const last = valid.at(-1);
  if (last?.role === "assistant") valid.push(hostNote(noteAfter(last)));
  return valid;
}

function firstResultByCall(messages: readonly Message[]): ReadonlyMap<string, ToolMessage> {
  const results = new Map<string, ToolMessage>();
  for (const message of messages) {
    if (message.role === "tool" && !results.has(message.callId)) results.set(message.callId, message);
  }
  return results;
}

function withoutRepeatedCalls(message: AssistantMessage, answered: Set<string>): AssistantMessage {
  const parts = message.parts.filter((part) => {
    if (part.type !== "tool-call") return true;
    if (answered.has(part.id)) return false;
    answered.add(part.id);
    return true;
  });
  return parts.length === message.parts.length ? message : { ...message, parts };
}

function saysSomething(message: AssistantMessage): boolean {
  return message.parts.some((part) => part.type === "tool-call" || (part.type === "text" && part.text.trim() !== ""));
}

function noteAfter(message: AssistantMessage): string {
  return message.stop === "length" ? lengthNote : cutNote;
}

function hostNote(text: string): UserMessage {
  return { role: "user", parts: [{ type: "attached", source: "host", text }] };
}

function lost(callId: string, name: string): ToolMessage {
  return { role: "tool", callId, name, text: lostResult, isError: true };
}
