import type { Json } from "./json.ts";

/** Words that a person wrote. */
export type TextPart = { readonly type: "text"; readonly text: string };

/**
 * What the host put beside a person's words (date, recall hint, notice). The model reads it;
 * it is never indexed, never observed and never shown as the person's own words.
 */
export type AttachedPart = { readonly type: "attached"; readonly text: string; readonly source: string };

/** `signature` is the vendor's opaque proof of this part; it is replayed unchanged to the same vendor's model. */
export type AnswerPart = { readonly type: "text"; readonly text: string; readonly signature?: string };
export type ReasoningPart = {
  readonly type: "reasoning";
  readonly text: string;
  readonly signature?: string;
  /** The vendor hid the text; only the signature is worth replaying. */
  readonly isRedacted?: boolean;
};
export type ToolCallPart = {
  readonly type: "tool-call";
  /** In the ledger ours and unique; as it comes from a model the vendor's, unique within its answer. */
  readonly id: string;
  /** The vendor's own id; on the wire it stands for `id` wherever it is unique within the request. */
  readonly vendorId?: string;
  readonly name: string;
  readonly input: Json;
  /** Set when the arguments were not valid JSON: the call must not run, and the model is told this sentence. */
  readonly malformed?: string;
  readonly signature?: string;
};

/** Which wire and model wrote an answer: decides what of it may be replayed to the next model. */
export type AnswerOrigin = { readonly api: string; readonly provider: string; readonly model: string };

/** `cut` = the stream broke or was interrupted; what had arrived is kept. */
export type StopReason = "end" | "tool-calls" | "length" | "cut";

/** Who wrote a message, where several people do. */
export type MessageAuthor = { readonly personId: string; readonly name: string };

export type UserMessage = {
  readonly role: "user";
  readonly parts: readonly (TextPart | AttachedPart)[];
  /** Absent where only the session's own person writes. */
  readonly author?: MessageAuthor;
};
export type AssistantMessage = {
  readonly role: "assistant";
  readonly parts: readonly (AnswerPart | ReasoningPart | ToolCallPart)[];
  readonly origin: AnswerOrigin;
  readonly stop: StopReason;
};
export type ToolMessage = {
  readonly role: "tool";
  readonly callId: string;
  readonly name: string;
  readonly text: string;
  readonly isError: boolean;
};
/** Stands for the session's messages up to and including `upTo` (a `seq`), which stay stored and searchable. */
export type SummaryMessage = { readonly role: "summary"; readonly text: string; readonly upTo: number };

export type Message = UserMessage | AssistantMessage | ToolMessage | SummaryMessage;

/** A message as the ledger holds it. `seq` starts at 1 and has no gaps within a session. */
export type StoredMessage = {
  readonly id: string;
  readonly sessionId: string;
  readonly runId: string | undefined;
  readonly seq: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly message: Message;
  /** Set when the text of a tool result was moved out of the context: the name under which it can be read again. */
  readonly spilledTo: string | undefined;
  /** The person took this turn back: the model is not shown it any more. */
  readonly isTakenBack?: true;
};

/** The text a person reads: what was written or answered, without reasoning, attachments and calls. */
export function textOf(message: Message): string {
  switch (message.role) {
    case "user":
    case "assistant":
      return message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    case "tool":
    case "summary":
      return message.text;
  }
}

export function toolCallsOf(message: AssistantMessage): readonly ToolCallPart[] {
  return message.parts.filter((part) => part.type === "tool-call");
}
