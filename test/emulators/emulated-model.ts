import { patientFetch } from "../../src/lib/patient-fetch.ts";
import type { Clock } from "../../src/protocol/clock.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import type { AssistantMessage, Message } from "../../src/protocol/message.ts";
import type { Model, ModelEvent, ModelRequest } from "../../src/protocol/model.ts";
import type { ToolSpec } from "../../src/protocol/tool.ts";
import type { ModelSelection } from "../../src/providers/model-selection.ts";
import { type ModelParts, openModel } from "../../src/providers/open-model.ts";
import { RateGates } from "../../src/providers/retry/rate-gates.ts";
import type { WireApi } from "../../src/providers/wire/wire-api.ts";
import type { ModelServer } from "./model-server.ts";

/** What a model needs from its surroundings, with ids that count and no randomness. */
export function testParts(clock: Clock = systemClock): ModelParts {
  let count = 0;
  return {
    clock,
    newId: () => String((count += 1)).padStart(4, "0"),
    random: () => 0,
    fetch: patientFetch,
    gates: new RateGates(clock),
  };
}

export type EmulatedSelection = Partial<ModelSelection> & { readonly api?: WireApi; readonly clock?: Clock };

/** A model served by the emulator, as an endpoint of its own with one key. */
export async function openEmulated(server: ModelServer, options: EmulatedSelection = {}): Promise<Model> {
  const { api = "openai-chat", clock, ...selection } = options;
  const main = {
    baseUrl: server.baseUrl,
    api,
    model: "emulated",
    keys: [{ name: "TEST_KEY", value: "sk-test-key-000001" }],
  };
  const limits = { contextTokens: 32_000, outputTokens: 2_000 };
  const opened = await openModel({ main, limits, ...selection }, testParts(clock), new AbortController().signal);
  return opened.model;
}

export function userRequest(text: string, tools: readonly ToolSpec[] = []): ModelRequest {
  return { system: "You are a test.", tools, messages: [{ role: "user", parts: [{ type: "text", text }] }] };
}

export function following(request: ModelRequest, ...messages: readonly Message[]): ModelRequest {
  return { ...request, messages: [...request.messages, ...messages] };
}

export async function eventsOf(
  model: Model,
  request: ModelRequest,
  signal?: AbortSignal,
): Promise<readonly ModelEvent[]> {
  return Array.fromAsync(model.stream(request, signal ?? new AbortController().signal));
}

export type LastEvent = Extract<ModelEvent, { readonly type: "finish" | "error" }>;

export async function lastEventOf(model: Model, request: ModelRequest): Promise<LastEvent> {
  const last = (await eventsOf(model, request)).at(-1);
  if (last?.type === "finish" || last?.type === "error") return last;
  throw new Error(`the last event was ${last?.type ?? "none"}`);
}

export async function answerOf(model: Model, request: ModelRequest): Promise<AssistantMessage> {
  const last = await lastEventOf(model, request);
  if (last.type === "finish") return last.message;
  throw new Error(`${last.failure.kind}: ${last.failure.message}`);
}

export const readTool: ToolSpec = {
  name: "read_file",
  description: "Reads a file.",
  inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
};

export const listTool: ToolSpec = {
  name: "list_files",
  description: "Lists files.",
  inputSchema: { type: "object", properties: { folder: { type: "string" } } },
};
