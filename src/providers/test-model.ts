import type { Clock } from "../protocol/clock.ts";
import { textOf } from "../protocol/message.ts";
import type { Model, ModelFailure, ModelRequest } from "../protocol/model.ts";

export type ModelTest =
  | { readonly ok: true; readonly answer: string; readonly firstEventMs: number; readonly totalMs: number }
  | { readonly ok: false; readonly failure: ModelFailure; readonly totalMs: number };

const question: ModelRequest = {
  system: "Answer with one word.",
  tools: [],
  messages: [{ role: "user", parts: [{ type: "text", text: "Say: ready" }] }],
  maxOutputTokens: 512, // models that think first need room before they say anything
};

/** One small real call. The first failure ends it: whoever tests a model wants to see what is wrong, not to wait. */
export async function testModel(model: Model, clock: Clock, signal: AbortSignal): Promise<ModelTest> {
  const startedAt = clock.now();
  const stop = new AbortController();
  let firstEventAt: number | undefined;
  for await (const event of model.stream(question, AbortSignal.any([signal, stop.signal]))) {
    const totalMs = clock.now() - startedAt;
    switch (event.type) {
      case "retry":
      case "error":
        stop.abort();
        return { ok: false, failure: event.failure, totalMs };
      case "finish":
        return {
          ok: true,
          answer: textOf(event.message).trim(),
          firstEventMs: (firstEventAt ?? clock.now()) - startedAt,
          totalMs,
        };
      case "text-delta":
      case "reasoning-delta":
        firstEventAt ??= clock.now();
        break;
      case "waiting":
        break;
    }
  }
  throw new Error(`${model.id} ended without a last event`);
}
