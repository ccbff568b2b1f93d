import { AgentError } from "../protocol/agent-error.ts";
import type { AgentEvent } from "../protocol/agent-event.ts";
import type { ReservationOutcome } from "../protocol/ledger.ts";
import type { AssistantMessage } from "../protocol/message.ts";
import { maximalCost, type ModelEvent, type ModelFailure, type ModelRequest } from "../protocol/model.ts";
import { noUsage, type Usage } from "../protocol/usage.ts";
import type { AgentInput } from "./agent-input.ts";
import { Continuation } from "./continuation.ts";
import { contextMessages } from "./context-messages.ts";
import type { RunProgress } from "./run-progress.ts";

export type Reply =
  | { readonly status: "answered"; readonly message: AssistantMessage; readonly newText: string }
  /** Some of it arrived; `message` is what there is. */
  | {
      readonly status: "cut";
      readonly message: AssistantMessage;
      readonly newText: string;
      readonly failure: ModelFailure;
    }
  | { readonly status: "failed"; readonly failure: ModelFailure };

export type AskedReply = { readonly reply: Reply; readonly reservationId: string; readonly usage: Usage };

/** One answer of the model to the history so far: budget reserved first, deltas passed on as they come. */
export async function* askModel(input: AgentInput, progress: RunProgress): AsyncGenerator<AgentEvent, AskedReply> {
  const { runId } = input;
  const request: ModelRequest = {
    system: input.prefix.system,
    tools: input.prefix.tools,
    messages: contextMessages(progress.entries),
    sessionId: input.sessionId,
  };
  const estimated = progress.estimatedTokens(input.prefix);
  const reservationId = input.newId();
  const reserved = await reserve(input, reservationId, progress.calibration.apply(estimated));
  if (reserved.status === "over-budget") {
    return { reply: { status: "failed", failure: overBudget(reserved) }, reservationId, usage: noUsage };
  }
  const continuation = new Continuation(progress.answer);
  let newText = "";
  for await (const event of input.model.stream(request, input.signal)) {
    if (event.type === "text-delta") {
      const text = continuation.push(event.text);
      newText += text;
      if (text !== "") yield { type: "text-delta", runId, text };
      continue;
    }
    if (event.type === "finish" || event.type === "error") {
      const rest = continuation.end();
      newText += rest;
      if (rest !== "") yield { type: "text-delta", runId, text: rest };
      const usage = event.usage ?? noUsage;
      progress.calibration.learn(estimated, usage);
      return { reply: replyOf(event, newText, input), reservationId, usage };
    }
    yield modelNews(event, runId);
  }
  const failure = failureOf("cut", `${input.model.id} ended its answer without saying so: try again.`);
  return { reply: { status: "failed", failure }, reservationId, usage: noUsage };
}

function replyOf(event: Extract<ModelEvent, { type: "finish" | "error" }>, newText: string, input: AgentInput): Reply {
  if (event.type === "finish") return { status: "answered", message: withOwnIds(event.message, input), newText };
  const { failure, partial } = event;
  if (partial === undefined || !partial.parts.some((part) => part.type === "text" && part.text.trim() !== "")) {
    return { status: "failed", failure };
  }
  const kept = partial.parts.filter((part) => part.type !== "tool-call"); // no call runs from half an answer
  return { status: "cut", message: { ...partial, parts: kept, stop: "cut" }, newText, failure };
}

/** Ids of our own: vendors repeat theirs, and the ledger holds all calls of all sessions. */
function withOwnIds(message: AssistantMessage, input: AgentInput): AssistantMessage {
  return {
    ...message,
    parts: message.parts.map((part) =>
      part.type === "tool-call" ? { ...part, id: input.newId(), vendorId: part.id } : part,
    ),
  };
}

function modelNews(event: Exclude<ModelEvent, { type: "finish" | "error" | "text-delta" }>, runId: string): AgentEvent {
  switch (event.type) {
    case "reasoning-delta":
      return { type: "reasoning-delta", runId, text: event.text };
    case "waiting": {
      const text = `Waiting for ${event.model} (${Math.round(event.elapsedMs / 1000)} s)`;
      return { type: "notice", runId, notice: { code: "waiting-for-model", text } };
    }
    case "retry": {
      const wait = event.delayMs > 0 ? ` in ${Math.ceil(event.delayMs / 1000)} s` : "";
      const text = `${event.failure.message} Trying ${event.model}${wait}.`;
      return { type: "notice", runId, notice: { code: "retrying-model", text } };
    }
  }
}

/** While the store is away nothing can be counted: without budgets the answer is still given, with them it is not. */
async function reserve(input: AgentInput, id: string, promptTokens: number): Promise<ReservationOutcome> {
  try {
    return await reserveRow(input, id, promptTokens);
  } catch (error) {
    const isStoreAway = error instanceof AgentError && (error.code === "store-lost" || error.code === "store-busy");
    if (!isStoreAway || Object.keys(input.limits.budgets).length > 0) throw error;
    return { status: "reserved" };
  }
}

function reserveRow(input: AgentInput, id: string, promptTokens: number): Promise<ReservationOutcome> {
  const { sessionId, runId, model, ledger, dayStart, limits } = input;
  return ledger.reserveUsage({
    id,
    runId,
    sessionId,
    purpose: "answer",
    model: model.id,
    estimatedTokens: promptTokens + model.limits.outputTokens,
    estimatedUsd: maximalCost(model, promptTokens, model.limits.outputTokens),
    budgets: limits.budgets,
    dayStart,
  });
}

const budgetSettings = {
  runUsd: "model.budgets.run_usd",
  dayUsd: "model.budgets.day_usd",
  runTokens: "model.budgets.run_tokens",
  dayTokens: "model.budgets.day_tokens",
} as const;

function overBudget(over: Extract<ReservationOutcome, { status: "over-budget" }>): ModelFailure {
  const isUsd = over.budget === "runUsd" || over.budget === "dayUsd";
  const say = (amount: number): string => (isUsd ? `$${amount.toFixed(4)}` : `${Math.round(amount)} tokens`);
  const message =
    `The next call may cost ${say(over.estimated)}, with ${say(over.spent)} spent of the ${say(over.limit)} that ` +
    `${budgetSettings[over.budget]} allows: raise it with hermes config set ${budgetSettings[over.budget]} AMOUNT.`;
  return failureOf("budget", message);
}

function failureOf(kind: ModelFailure["kind"], message: string): ModelFailure {
  return { kind, message, status: undefined, retryAfterMs: undefined };
}
