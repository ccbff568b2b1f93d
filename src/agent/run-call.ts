import { noLongerNeeded } from "../lib/no-longer-needed.ts";
import type { AgentEvent } from "../protocol/agent-event.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { Protection } from "../protocol/checkpoint.ts";
import type { Json } from "../protocol/json.ts";
import type { ToolCallPart } from "../protocol/message.ts";
import type { Permission } from "../protocol/tool-call.ts";
import type { PlannedPath } from "../protocol/workspace.ts";
import type { Tool, ToolIntent, ToolResult } from "../protocol/tool.ts";
import type { AgentInput, PermissionOutcome } from "./agent-input.ts";
import type { RunProgress } from "./run-progress.ts";

/** How long a stopped tool may take to end before its fate is recorded as unknown. */
const stopGraceMs = 1_500;
const auditedCharacters = 2_000;
const loopWarning =
  "\n[This is the same call with the same result again. Do something else, or say what is in the way.]";

export type PreparedCall =
  | {
      readonly status: "ready";
      readonly part: ToolCallPart;
      readonly tool: Tool;
      readonly input: Json;
      readonly intent: ToolIntent;
    }
  /** Cannot run; `problem` is what the model is told. */
  | { readonly status: "rejected"; readonly part: ToolCallPart; readonly problem: string };

type ReadyCall = Extract<PreparedCall, { status: "ready" }>;

/** Pure: what the model asked for, checked against the tool's own rules. What is checked here is what runs. */
export function prepareCall(part: ToolCallPart, tools: ReadonlyMap<string, Tool>): PreparedCall {
  if (part.malformed !== undefined) return { status: "rejected", part, problem: part.malformed };
  const tool = tools.get(part.name);
  if (tool === undefined) {
    const problem = `There is no tool ${JSON.stringify(part.name)}. There are: ${[...tools.keys()].join(", ")}.`;
    return { status: "rejected", part, problem };
  }
  const parsed = tool.parse(part.input);
  if (!parsed.ok) return { status: "rejected", part, problem: parsed.problem };
  return { status: "ready", part, tool, input: parsed.input, intent: tool.intentOf(parsed.input) };
}

export type CallEnding = { readonly result: ToolResult; readonly state: "done" | "unknown" };

export type CallRun = {
  readonly input: AgentInput;
  readonly progress: RunProgress;
  readonly emit: (event: AgentEvent) => void;
};

/** Asks for permission, records the start, runs, records the end. Throws only what the ledger throws on `finishCall`. */
export async function runCall(call: PreparedCall, run: CallRun): Promise<void> {
  await recordEnd(call.part, await guarded(call, run), run);
}

/** Every call counts for the guard, also what cannot run or is refused: a model can go in circles with those too. */
async function guarded(call: PreparedCall, run: CallRun): Promise<CallEnding> {
  const { guard } = run.progress;
  const { name, input } = call.part;
  const verdict = guard.next(name, input, run.input.clock.now());
  if (verdict === "stop") {
    run.progress.isCircling = true;
    return rejected(loopStop);
  }
  const ending = call.status === "rejected" ? rejected(call.problem) : await permitAndRun(call, run);
  const { text } = ending.result;
  guard.returned(name, input, text);
  return verdict === "warn" ? { ...ending, result: { ...ending.result, text: text + loopWarning } } : ending;
}

export async function recordEnd(
  part: ToolCallPart,
  ending: CallEnding,
  { input, progress, emit }: CallRun,
): Promise<void> {
  const { text, isError } = ending.result;
  const message = { role: "tool", callId: part.id, name: part.name, text, isError } as const;
  const { sessionId, runId } = input;
  await input.ledger.finishCall({ sessionId, runId, messageId: input.newId(), message, state: ending.state });
  progress.append(message);
  emit({ type: "tool-end", runId, callId: part.id, name: part.name, isError, text });
}

async function permitAndRun(call: ReadyCall, run: CallRun): Promise<CallEnding> {
  const { input, progress } = run;
  if (input.signal.aborted) return rejected(notRun);
  const { part, intent } = call;
  const permit = await judged(call, input);
  if ("result" in permit) return permit;
  if (!permit.allowed) {
    progress.refusedCalls++;
    return rejected(permit.reason);
  }
  const protection = await protect(call, run);
  if ("refused" in protection) {
    progress.refusedCalls++;
    return rejected(protection.refused);
  }
  if (input.signal.aborted) return rejected(notRun);
  const started = await recordStart(call, permit.permission, run);
  if (started !== undefined) return started;
  run.emit({
    type: "tool-start",
    runId: input.runId,
    callId: part.id,
    name: part.name,
    effect: intent.effect,
    subject: intent.subject,
  });
  const ending = await execute(call, permit.plan, run);
  if (ending.state === "unknown") return ending; // it may still be at work
  const changed = await protection.ended();
  return { ...ending, result: { ...ending.result, text: ending.result.text + changed } };
}

const unprotected: Protection = { notice: undefined, ended: () => Promise.resolve("") };

/** Keeps what the call may change, before its start is recorded: a call that never began has changed nothing. */
async function protect(call: ReadyCall, { input, emit }: CallRun): Promise<Protection | { readonly refused: string }> {
  const { checkpoints, runId, signal } = input;
  if (checkpoints === undefined) return unprotected;
  const { part, intent } = call;
  const asked = { callId: part.id, tool: part.name, intent, input: call.input };
  const protection = await checkpoints.protect(asked, signal).catch((error: unknown) => {
    if (signal.aborted) return unprotected;
    throw error;
  });
  if ("refused" in protection || protection.notice === undefined) return protection;
  emit({ type: "notice", runId, notice: { code: "not-protected", text: protection.notice } });
  return protection;
}

/** A path that leads nowhere or a store that is away is for the model to read, and no reason to end the run. */
async function judged(call: ReadyCall, input: AgentInput): Promise<PermissionOutcome | CallEnding> {
  const { part, intent } = call;
  try {
    return await input.permit({ callId: part.id, tool: part.name, intent, input: call.input }, input.signal);
  } catch (error) {
    if (error instanceof AgentError) return rejected(error.message);
    throw error;
  }
}

/**
 * `undefined` when the call may go on. A read that nobody had to allow has no effect that could be repeated: its row as
 * intended is enough. Without a ledger only reads go on.
 */
async function recordStart(
  call: ReadyCall,
  permission: Permission,
  { input, progress }: CallRun,
): Promise<CallEnding | undefined> {
  if (call.intent.effect === "read" && permission.by === "default") return undefined;
  try {
    const subject = call.intent.subject.slice(0, auditedCharacters);
    await input.ledger.startCall(input.sessionId, call.part.id, { ...permission, subject });
    return undefined;
  } catch (error) {
    const isStoreProblem = error instanceof AgentError && (error.code === "store-lost" || error.code === "store-busy");
    if (!isStoreProblem) throw error;
    if (call.intent.effect === "read") return undefined;
    progress.refusedCalls++;
    return rejected(`Not run: ${error.message} Until the store is back, only reading is possible.`);
  }
}

async function execute(call: ReadyCall, plan: readonly PlannedPath[], run: CallRun): Promise<CallEnding> {
  const { input } = run;
  const { runId, sessionId, signal } = input;
  const callId = call.part.id;
  const context = {
    sessionId,
    runId,
    callId,
    signal,
    workspace: input.workspace.permitting(plan),
    progress: (text: string) => run.emit({ type: "tool-progress", runId, callId, text }),
  };
  const ended = call.tool.call(call.input, context).then(
    (result): CallEnding => ({ result, state: "done" }),
    (error: unknown): CallEnding => ({ result: { text: failedText(error), isError: true }, state: "done" }),
  );
  const over = new AbortController();
  try {
    return await Promise.race([ended, abandoned(input, over.signal)]);
  } finally {
    over.abort(noLongerNeeded);
  }
}

/** Resolves only when the run was stopped and the tool did not end in time; `over` takes the listener and timer away. */
async function abandoned({ signal, clock }: AgentInput, over: AbortSignal): Promise<CallEnding> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true, signal: over });
  });
  await clock.sleep(stopGraceMs, over);
  const text =
    "The run was stopped and this call did not end in time: what it did is unknown. Look before repeating it.";
  return { result: { text, isError: true }, state: "unknown" };
}

function failedText(error: unknown): string {
  if (error instanceof AgentError) return error.message;
  return `The tool failed: ${error instanceof Error ? error.message : String(error)}`;
}

const notRun = "Not run: the run was stopped before this call began.";
const loopStop =
  "Not run: this is the same call with the same result for the 5th time. The run ends here; say what is in the way.";

function rejected(problem: string): CallEnding {
  return { result: { text: problem, isError: true }, state: "done" };
}
