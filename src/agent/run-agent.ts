import type { AgentEvent } from "../protocol/agent-event.ts";
import { toolCallsOf, type AssistantMessage } from "../protocol/message.ts";
import type { ModelFailure } from "../protocol/model.ts";
import type { RunOutcome } from "../protocol/run.ts";
import { askModel, type AskedReply } from "./ask-model.ts";
import type { AgentInput } from "./agent-input.ts";
import { fitContext } from "./fit-context.ts";
import { prepareCall, type PreparedCall } from "./run-call.ts";
import { runCalls } from "./run-calls.ts";
import { RunProgress } from "./run-progress.ts";
import { settleUnfinished } from "./settle-unfinished.ts";

const maxContinuations = 3;
/** From the first cut of an answer to the last try to get its rest. */
const maxContinuationMs = 600_000;
const firstPauseMs = 250;
const maxRefits = 3;

/**
 * The loop: ask the model, run the calls it makes, until it answers without one. The person's message is in the ledger
 * already; calls that an earlier process left open are settled first. Everything is recorded before it is acted on.
 * Returns how it ended; throws only when the ledger breaks a promise.
 */
export async function* runAgent(input: AgentInput): AsyncGenerator<AgentEvent, RunOutcome> {
  const { sessionId, runId, model, clock } = input;
  const progress = new RunProgress(clock.now(), model.limits.contextTokens);
  yield { type: "run-start", sessionId, runId, model: model.id };
  yield* uncountedBudget(input);
  const context = await input.ledger.context(sessionId);
  progress.load(context);
  yield* settleUnfinished(context, input, progress);
  for (let step = 0; step < input.limits.maxSteps; step++) {
    const outcome = limitReached(input, progress) ?? (yield* takeStep(input, progress));
    if (outcome !== undefined) return outcome;
  }
  const fix = 'continue it with hermes -c -p "go on", or raise it with hermes config set limits.steps NUMBER';
  return progress.outcome("failed", `The run reached its limit of ${input.limits.maxSteps} steps: ${fix}.`);
}

/** A limit that cannot hold is told, not skipped in silence. */
function* uncountedBudget({ runId, model, limits: { budgets } }: AgentInput): Generator<AgentEvent, void> {
  const isCounted = model.price !== undefined || (budgets.runUsd === undefined && budgets.dayUsd === undefined);
  if (isCounted || budgets.runTokens !== undefined || budgets.dayTokens !== undefined) return;
  const fix = "set model.budgets.run_tokens or model.budgets.day_tokens instead";
  const text = `The price of ${model.id} is not known, so that no budget in dollars can hold: ${fix}.`;
  yield { type: "notice", runId, notice: { code: "budget", text } };
}

function limitReached(input: AgentInput, progress: RunProgress): RunOutcome | undefined {
  if (input.signal.aborted) return progress.outcome("stopped", "The run was stopped.");
  if (progress.isCircling) {
    return progress.outcome("failed", "The model repeated one call without effect and was stopped: rephrase the task.");
  }
  if (input.clock.now() - progress.startedAt < input.limits.maxDurationMs) return undefined;
  const fix = 'continue it with hermes -c -p "go on", or raise it with hermes config set limits.minutes NUMBER';
  const minutes = Math.round(input.limits.maxDurationMs / 60_000);
  return progress.outcome("failed", `The run reached its limit of ${minutes} minutes: ${fix}.`);
}

/** One answer and its calls. Returns the outcome when the run is over, else `undefined`. */
async function* takeStep(input: AgentInput, progress: RunProgress): AsyncGenerator<AgentEvent, RunOutcome | undefined> {
  await tellNotes(input, progress);
  yield* fitContext(input, progress, false);
  const { reply, reservationId, usage } = yield* askUntilItFits(input, progress);
  progress.spend(usage);
  if (reply.status === "failed") {
    await input.ledger.settleUsage(reservationId, usage);
    return ended(reply.failure, progress);
  }
  progress.answer += reply.newText;
  const calls = toolCallsOf(reply.message).map((part) => prepareCall(part, input.tools));
  await recordTurn(input, { message: reply.message, calls, reservationId, usage });
  progress.append(reply.message);
  yield { type: "message", runId: input.runId, message: reply.message };
  if (reply.status === "cut" || (reply.message.stop === "length" && calls.length === 0)) {
    return yield* goOn(input, progress, reply.status === "cut" ? reply.failure : undefined);
  }
  progress.continuations = 0;
  if (calls.length > 0) yield* runCalls(calls, input, progress);
  const isSteered = await steer(input, progress);
  if (calls.length === 0 && !isSteered) return progress.outcome("done", undefined);
  progress.answer = "";
  return undefined;
}

async function* askUntilItFits(input: AgentInput, progress: RunProgress): AsyncGenerator<AgentEvent, AskedReply> {
  for (let refits = 0; ; refits++) {
    const asked = yield* askModel(input, progress);
    const { reply, reservationId, usage } = asked;
    const isTooLong = reply.status === "failed" && reply.failure.kind === "context-overflow";
    if (!isTooLong || refits >= maxRefits) return asked;
    await input.ledger.settleUsage(reservationId, usage);
    progress.contextTokens = Math.floor(progress.contextTokens * 0.6);
    yield* fitContext(input, progress, true);
  }
}

/** The answer is not complete: ask for the rest, a few times. */
async function* goOn(
  input: AgentInput,
  progress: RunProgress,
  failure: ModelFailure | undefined,
): AsyncGenerator<AgentEvent, RunOutcome | undefined> {
  if (input.signal.aborted) return progress.outcome("stopped", "The run was stopped.");
  progress.continuations++;
  if (progress.continuations === 1) progress.cutSince = input.clock.now();
  const isLate = input.clock.now() - progress.cutSince >= maxContinuationMs;
  if (progress.continuations > maxContinuations || isLate) {
    const why = failure?.message ?? "It reached the model's output limit each time.";
    return progress.outcome(
      "failed",
      `The answer was cut off ${progress.continuations} times; what came is kept. ${why}`,
    );
  }
  const text =
    failure === undefined
      ? "The answer reached the output limit; asking for the rest."
      : `${failure.message} Asking for the rest.`;
  yield { type: "notice", runId: input.runId, notice: { code: "reply-cut", text } };
  const delayMs = failure === undefined ? 0 : firstPauseMs * 2 ** (progress.continuations - 1);
  await input.clock.sleep(delayMs, input.signal).catch(() => undefined); // a stop is seen by the next step
  return undefined;
}

function ended(failure: ModelFailure, progress: RunProgress): RunOutcome {
  if (failure.kind === "stopped") return progress.outcome("stopped", "The run was stopped.");
  return progress.outcome("failed", failure.message);
}

type RecordedTurn = {
  readonly message: AssistantMessage;
  readonly calls: readonly PreparedCall[];
  readonly reservationId: string;
  readonly usage: AskedReply["usage"];
};

function recordTurn({ ledger, sessionId, runId, newId }: AgentInput, turn: RecordedTurn): Promise<void> {
  const { message, reservationId, usage } = turn;
  const calls = turn.calls.map((call) => ({
    id: call.part.id,
    name: call.part.name,
    effect: call.status === "ready" ? call.intent.effect : "read",
  }));
  return ledger.appendTurn({ sessionId, runId, messageId: newId(), message, calls, reservationId, usage });
}

/** Puts what the host has to tell behind the newest results; a note makes no run longer. */
async function tellNotes(input: AgentInput, progress: RunProgress): Promise<void> {
  const { texts, done } = await input.takeNotes();
  if (texts.length === 0) return;
  const parts = texts.map((text) => ({ type: "attached", source: "jobs", text }) as const);
  const message = { role: "user", parts } as const;
  const { sessionId, runId } = input;
  await input.ledger.appendSteering({ sessionId, runId, messageId: input.newId(), message });
  progress.append(message);
  await done();
}

/** Puts what a person said meanwhile behind the newest results; `true` when there was something. */
async function steer(input: AgentInput, progress: RunProgress): Promise<boolean> {
  const texts = input.takeSteering();
  for (const text of texts) {
    const message = { role: "user", parts: [{ type: "text", text }] } as const;
    const { sessionId, runId } = input;
    await input.ledger.appendSteering({ sessionId, runId, messageId: input.newId(), message });
    progress.append(message);
  }
  return texts.length > 0;
}
