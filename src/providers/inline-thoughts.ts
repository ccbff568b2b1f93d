import type { AssistantMessage } from "../protocol/message.ts";
import type { Attempt, AttemptEvent } from "./attempt.ts";

const openTag = "<think>";
const closeTag = "</think>";

/** For open models whose server passes their thoughts on as text: an answer that begins with `<think>` is split. */
export function withInlineThoughts(attempt: Attempt): Attempt {
  return (request, context) => split(attempt(request, context));
}

async function* split(events: AsyncIterable<AttemptEvent>): AsyncGenerator<AttemptEvent> {
  const splitter = new ThoughtSplitter();
  for await (const event of events) {
    switch (event.type) {
      case "text-delta":
        yield* splitter.push(event.text);
        break;
      case "finish":
        yield* splitter.end();
        yield finished({ ...event, message: withThoughts(event.message) });
        break;
      case "error":
        yield* splitter.end();
        yield event.partial === undefined ? event : { ...event, partial: withThoughts(event.partial) };
        break;
      case "reasoning-delta":
        yield event;
        break;
    }
  }
}

/** Holds back only what may be a tag. */
class ThoughtSplitter {
  #state: "start" | "thought" | "gap" | "text" = "start";
  #pending = "";

  *push(piece: string): Generator<AttemptEvent> {
    this.#pending += piece;
    if (this.#state === "start") this.#begin();
    if (this.#state === "thought") yield* this.#think();
    if (this.#state === "gap") this.#skipSpace();
    if (this.#state === "text") yield* this.end();
  }

  *end(): Generator<AttemptEvent> {
    const text = this.#pending;
    this.#pending = "";
    if (text === "") return;
    yield this.#state === "thought" ? { type: "reasoning-delta", text } : { type: "text-delta", text };
  }

  #begin(): void {
    const start = this.#pending.trimStart();
    if (start.startsWith(openTag)) {
      this.#state = "thought";
      this.#pending = start.slice(openTag.length);
    } else if (!openTag.startsWith(start)) {
      this.#state = "text";
    }
  }

  *#think(): Generator<AttemptEvent> {
    const at = this.#pending.indexOf(closeTag);
    const sure = at === -1 ? Math.max(0, this.#pending.length - closeTag.length) : at;
    const text = this.#pending.slice(0, sure);
    if (text !== "") yield { type: "reasoning-delta", text };
    this.#pending = this.#pending.slice(sure);
    if (at === -1) return;
    this.#state = "gap";
    this.#pending = this.#pending.slice(closeTag.length);
  }

  #skipSpace(): void {
    this.#pending = this.#pending.trimStart();
    if (this.#pending !== "") this.#state = "text";
  }
}

function withThoughts(message: AssistantMessage): AssistantMessage {
  const [first, ...rest] = message.parts;
  if (first?.type !== "text" || !first.text.trimStart().startsWith(openTag)) return message;
  const whole = first.text.trimStart().slice(openTag.length);
  const at = whole.indexOf(closeTag);
  const thought = at === -1 ? whole : whole.slice(0, at);
  const text = at === -1 ? "" : whole.slice(at + closeTag.length).trimStart();
  return {
    ...message,
    parts: [{ type: "reasoning", text: thought.trim() }, ...(text === "" ? [] : [{ ...first, text }]), ...rest],
  };
}

/** Thoughts alone are no answer. */
function finished(event: Extract<AttemptEvent, { readonly type: "finish" }>): AttemptEvent {
  if (event.message.parts.some((part) => part.type !== "reasoning")) return event;
  const { provider, model } = event.message.origin;
  return {
    type: "error",
    failure: {
      kind: "empty-reply",
      message: `${provider}/${model} thought but answered nothing: ask again or name another model.`,
      status: undefined,
      retryAfterMs: undefined,
    },
    partial: undefined,
    usage: event.usage,
    lacksTools: false,
  };
}
