import { estimateTokens } from "../../lib/estimate-tokens.ts";
import { orAborted } from "../../lib/or-aborted.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { AssistantMessage } from "../../protocol/message.ts";
import type { Model, ModelEvent, ModelFailure, ModelLimits, ModelPrice, ModelRequest } from "../../protocol/model.ts";
import type { Usage } from "../../protocol/usage.ts";
import { estimateRequestTokens } from "../estimate-cost.ts";

export type ScriptedCall = { readonly name: string; readonly input: JsonObject; readonly malformed?: string };

/** What the stand-in says. With `failure` the reply breaks off there, after the text if there is any. */
export type ScriptedReply = {
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly ScriptedCall[];
  readonly failure?: ModelFailure;
};

export type ScriptedSpec = {
  /** `provider/model`; `demo/scripted` when absent. */
  readonly id?: string;
  readonly limits?: ModelLimits;
  readonly price?: ModelPrice;
  /** A function of the request alone: the same request gets the same reply. */
  reply(request: ModelRequest): ScriptedReply | Promise<ScriptedReply>;
};

/** A model that is a function. It sees only what a real one would see, and streams like one. */
export function createScriptedModel(spec: ScriptedSpec): Model {
  const model = {
    id: spec.id ?? "demo/scripted",
    limits: spec.limits ?? { contextTokens: 128_000, outputTokens: 8_192 },
    price: spec.price,
    features: new Set(["tools" as const]),
  };
  return { ...model, stream: (request, signal) => play({ ...spec, ...model, price: spec.price }, request, signal) };
}

type Played = Omit<ScriptedSpec, "price" | "id"> & { readonly id: string; readonly price: ModelPrice | undefined };

async function* play(spec: Played, request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  let shown = "";
  try {
    const reply = await orAborted(Promise.resolve(spec.reply(request)), signal);
    for (const text of pieces(reply.reasoning ?? "")) yield { type: "reasoning-delta", text };
    for (const text of pieces(reply.text ?? "")) {
      if (signal.aborted) break;
      shown += text;
      yield { type: "text-delta", text };
    }
    const message = messageOf(spec, request, { ...reply, text: shown });
    const usage = usageOf(spec, request, message);
    const failure = signal.aborted ? stopped : reply.failure;
    if (failure === undefined) yield { type: "finish", message, usage };
    else yield { type: "error", failure, partial: shown === "" ? undefined : cut(message), usage };
  } catch (error) {
    const failure = signal.aborted ? stopped : broken(spec.id, error);
    yield { type: "error", failure, partial: undefined, usage: undefined };
  }
}

const stopped: ModelFailure = {
  kind: "stopped",
  message: "The call was stopped.",
  status: undefined,
  retryAfterMs: undefined,
};

function broken(id: string, error: unknown): ModelFailure {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    kind: "bad-request",
    message: `The script of ${id} failed: ${reason}`,
    status: undefined,
    retryAfterMs: undefined,
  };
}

function pieces(text: string): readonly string[] {
  return text.match(/\S*\s*/g)?.filter((piece) => piece !== "") ?? [];
}

/** Call ids follow from the place in the conversation, so that a repeated request gets the same ones. */
function messageOf(spec: Played, request: ModelRequest, reply: ScriptedReply): AssistantMessage {
  const [provider = "demo", ...rest] = spec.id.split("/");
  const calls = (reply.calls ?? []).map((call, index) => ({
    type: "tool-call" as const,
    id: `call_${request.sessionId ?? "s"}_${request.messages.length}_${index}`,
    ...call,
  }));
  return {
    role: "assistant",
    parts: [
      ...(reply.reasoning === undefined ? [] : [{ type: "reasoning" as const, text: reply.reasoning }]),
      ...(reply.text === undefined || reply.text === "" ? [] : [{ type: "text" as const, text: reply.text }]),
      ...calls,
    ],
    origin: { api: "scripted", provider, model: rest.join("/") },
    stop: calls.length > 0 ? "tool-calls" : "end",
  };
}

function cut(message: AssistantMessage): AssistantMessage {
  return { ...message, parts: message.parts.filter((part) => part.type !== "tool-call"), stop: "cut" };
}

function usageOf(spec: Played, request: ModelRequest, message: AssistantMessage): Usage {
  const inputTokens = estimateRequestTokens(request);
  const outputTokens = estimateTokens(JSON.stringify(message.parts));
  const price = spec.price;
  return {
    inputTokens,
    outputTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: undefined,
    costUsd: price === undefined ? 0 : (inputTokens * price.inputUsd + outputTokens * price.outputUsd) / 1_000_000,
  };
}
