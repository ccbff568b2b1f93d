import type { AssistantMessage } from "../protocol/message.ts";
import type { Model, ModelEvent, ModelRequest } from "../protocol/model.ts";
import { MaskedStream } from "./masked-stream.ts";
import type { Masker } from "./masker.ts";

/** Nothing leaves for a vendor, and nothing comes back from one, that was not masked. */
export function maskedModel(model: Model, masker: Masker): Model {
  return {
    id: model.id,
    limits: model.limits,
    price: model.price,
    features: model.features,
    async *stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
      const deltas = { text: new MaskedStream(masker), reasoning: new MaskedStream(masker) };
      for await (const event of model.stream(masker.value(request), signal)) yield* maskedEvent(event, deltas, masker);
    },
  };
}

type Deltas = { readonly text: MaskedStream; readonly reasoning: MaskedStream };

function* maskedEvent(event: ModelEvent, deltas: Deltas, masker: Masker): Generator<ModelEvent, void> {
  switch (event.type) {
    case "text-delta":
    case "reasoning-delta": {
      const stream = event.type === "text-delta" ? deltas.text : deltas.reasoning;
      yield* delta(event.type, stream.push(event.text));
      return;
    }
    case "finish":
    case "error":
      yield* delta("reasoning-delta", deltas.reasoning.end());
      yield* delta("text-delta", deltas.text.end());
      yield event.type === "finish"
        ? { ...event, message: maskedAnswer(event.message, masker) }
        : { ...event, partial: event.partial === undefined ? undefined : maskedAnswer(event.partial, masker) };
      return;
    case "waiting":
    case "retry":
      yield event;
  }
}

function* delta(type: "text-delta" | "reasoning-delta", text: string): Generator<ModelEvent, void> {
  if (text !== "") yield { type, text };
}

/** A vendor's proof of a part holds no longer when the part was changed. */
function maskedAnswer(message: AssistantMessage, masker: Masker): AssistantMessage {
  const parts = message.parts.map((part) => {
    const { signature: _, ...unsigned } = part;
    const masked = masker.value(unsigned);
    return masked === unsigned ? part : masked;
  });
  return { ...message, parts };
}
