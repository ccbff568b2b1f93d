import type { NewId } from "../../protocol/clock.ts";
import type { AssistantMessage, ToolCallPart } from "../../protocol/message.ts";
import type { ModelRequest } from "../../protocol/model.ts";
import type { Attempt, AttemptEvent } from "../attempt.ts";
import type { WrittenCall } from "./call-block.ts";
import { CallScanner } from "./call-scanner.ts";
import { textRequest } from "./text-request.ts";

/** For models without tools of their own: they are told about tools in words, and answer with calls in words. */
export function withTextToolCalls(attempt: Attempt, newId: NewId): Attempt {
  return (request, context) => {
    const scanner = new CallScanner({ known: namesOf(request), isStrict: false });
    return readCalls(attempt(textRequest(request), context), { scanner, newId });
  };
}

/** For models with tools whose server fails to recognise some calls and passes them on as text. */
export function withStrayToolCalls(attempt: Attempt, newId: NewId): Attempt {
  return (request, context) => {
    const events = attempt(request, context);
    if (request.tools.length === 0) return events;
    return readCalls(events, { scanner: new CallScanner({ known: namesOf(request), isStrict: true }), newId });
  };
}

type Reading = { readonly scanner: CallScanner; readonly newId: NewId };

async function* readCalls(events: AsyncIterable<AttemptEvent>, reading: Reading): AsyncGenerator<AttemptEvent> {
  for await (const event of events) {
    switch (event.type) {
      case "text-delta":
        yield* textDelta(reading.scanner.push(event.text));
        break;
      case "finish": {
        yield* textDelta(reading.scanner.end());
        yield { ...event, message: withCalls(event.message, reading) };
        break;
      }
      case "error":
        yield* brokenOff(event, reading);
        break;
      case "reasoning-delta":
        yield event;
        break;
    }
  }
}

/** A cut call is no text either: only what was shown is kept. */
function* brokenOff(
  event: Extract<AttemptEvent, { readonly type: "error" }>,
  { scanner }: Reading,
): Generator<AttemptEvent> {
  const { partial } = event;
  if (partial === undefined) {
    yield event;
    return;
  }
  const others = partial.parts.filter((part) => part.type !== "text");
  const text = scanner.text.trim() === "" ? [] : [{ type: "text" as const, text: scanner.text }];
  const parts = [...others, ...text];
  yield { ...event, partial: parts.length === 0 ? undefined : { ...partial, parts } };
}

function* textDelta(text: string): Generator<AttemptEvent> {
  if (text !== "") yield { type: "text-delta", text };
}

function withCalls(message: AssistantMessage, { scanner, newId }: Reading): AssistantMessage {
  const isNative = message.parts.some((part) => part.type === "tool-call");
  if (scanner.calls.length === 0 || isNative) return message;
  const others = message.parts.filter((part) => part.type !== "text");
  const text = scanner.text.trim() === "" ? [] : [{ type: "text" as const, text: scanner.text.trimEnd() }];
  const calls = scanner.calls.map((call) => callPart(call, newId, message.stop === "length"));
  return {
    ...message,
    parts: [...others, ...text, ...calls],
    stop: message.stop === "length" ? "length" : "tool-calls",
  };
}

function callPart(call: WrittenCall, newId: NewId, isCut: boolean): ToolCallPart {
  const suffix = isCut ? " The reply had reached its length limit." : "";
  return {
    type: "tool-call",
    id: `call_${newId()}`,
    name: call.name,
    input: call.input,
    ...(call.malformed === undefined ? {} : { malformed: `${call.malformed}${suffix}` }),
  };
}

function namesOf(request: ModelRequest): ReadonlySet<string> {
  return new Set(request.tools.map((tool) => tool.name));
}
