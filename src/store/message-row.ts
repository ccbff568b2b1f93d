import type { Json } from "../protocol/json.ts";
import type { Message, StoredMessage, UserMessage } from "../protocol/message.ts";
import { isRecord, numberAt, oneOfAt, optionalTextAt, parseJson, type Row, textAt } from "./row.ts";

const roles = ["user", "assistant", "tool", "summary"] as const;
type Role = (typeof roles)[number];

/** The columns that `storedMessageOf` reads, for a query whose table is called `message`. */
export const messageColumns =
  "message.id, message.session_id, message.run_id, message.seq, message.at, message.role, message.call_id, " +
  "message.body, message.spilled_to";

/** A body that does not parse becomes a readable placeholder of the same role: one bad row never stops a session. */
export function storedMessageOf(row: Row): StoredMessage {
  const role = oneOfAt(row, "role", roles);
  const body = parseJson(textAt(row, "body"));
  return {
    id: textAt(row, "id"),
    sessionId: textAt(row, "session_id"),
    runId: optionalTextAt(row, "run_id"),
    seq: numberAt(row, "seq"),
    at: numberAt(row, "at"),
    message: isMessage(body, role) ? body : placeholder(role, row),
    spilledTo: optionalTextAt(row, "spilled_to"),
  };
}

/** A message that waits in the inbox; a damaged one becomes a readable placeholder. */
export function userMessageOf(id: string, body: string): UserMessage {
  const message = parseJson(body);
  return isRecord(message) && message["role"] === "user" && hasParts(message)
    ? (message as UserMessage)
    : damagedUser(id);
}

function isMessage(body: unknown, role: Role): body is Message {
  if (!isRecord(body) || body["role"] !== role) return false;
  switch (role) {
    case "user":
      return hasParts(body);
    case "assistant":
      return hasParts(body) && isRecord(body["origin"]) && typeof body["stop"] === "string";
    case "tool":
      return typeof body["text"] === "string" && typeof body["callId"] === "string";
    case "summary":
      return typeof body["text"] === "string" && typeof body["upTo"] === "number";
  }
}

function hasParts(body: Readonly<Record<string, unknown>>): boolean {
  const parts: unknown = body["parts"];
  return Array.isArray(parts) && parts.every((part) => isRecord(part) && typeof part["type"] === "string");
}

function placeholder(role: Role, row: Row): Message {
  const id = textAt(row, "id");
  const text = damagedText(id);
  switch (role) {
    case "user":
      return damagedUser(id);
    case "assistant":
      return { role, parts: [{ type: "text", text }], origin: { api: "", provider: "", model: "" }, stop: "cut" };
    case "tool":
      return { role, callId: optionalTextAt(row, "call_id") ?? "", name: "unknown", text, isError: true };
    case "summary":
      return { role, text, upTo: 0 };
  }
}

function damagedUser(id: string): UserMessage {
  return { role: "user", parts: [{ type: "attached", text: damagedText(id), source: "ledger" }] };
}

function damagedText(id: string): string {
  return `[The stored message ${id} is damaged and cannot be read.]`;
}

/** What the model wrote as arguments of each call, by call id. */
export function inputsOf(messages: readonly StoredMessage[]): ReadonlyMap<string, Json> {
  const inputs = new Map<string, Json>();
  for (const { message } of messages) {
    if (message.role !== "assistant") continue;
    for (const part of message.parts) if (part.type === "tool-call") inputs.set(part.id, part.input);
  }
  return inputs;
}
