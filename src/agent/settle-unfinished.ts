import { AsyncQueue } from "../lib/async-queue.ts";
import type { AgentEvent } from "../protocol/agent-event.ts";
import type { ToolResult } from "../protocol/tool.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { SessionContext } from "../protocol/ledger.ts";
import { toolCallsOf, type ToolCallPart } from "../protocol/message.ts";
import type { ToolCallRecord } from "../protocol/tool-call.ts";
import type { AgentInput } from "./agent-input.ts";
import { prepareCall, recordEnd, runCall, type CallRun } from "./run-call.ts";
import type { RunProgress } from "./run-progress.ts";

const unknownText =
  "Hermes was killed while this call was running: whether it took effect is unknown. It was not repeated. " +
  "Look at the actual state before you do it again.";
const neverRunText = "Not run: Hermes was killed before this call began. Ask for it again if it is still wanted.";

/**
 * Ends the calls that an earlier process left open: reads are repeated; what had started and may have had an effect is
 * reported and never run again; what had not started is reported as not run, since the person has spoken since.
 */
export async function* settleUnfinished(
  context: SessionContext,
  input: AgentInput,
  progress: RunProgress,
): AsyncGenerator<AgentEvent, void> {
  const queue = new AsyncQueue<AgentEvent>();
  const run: CallRun = { input, progress, emit: (event) => queue.push(event) };
  const parts = openParts(context);
  if (parts.length === 0) return;
  const settled = settleAll(parts, new Map(context.calls.map((call) => [call.id, call])), run).finally(() =>
    queue.end(),
  );
  settled.catch(() => undefined); // awaited below, when the events before the failure have been passed on
  yield* queue;
  await settled;
}

function openParts({ messages }: SessionContext): readonly ToolCallPart[] {
  const answered = new Set(messages.flatMap(({ message }) => (message.role === "tool" ? [message.callId] : [])));
  return messages.flatMap(({ message }) =>
    message.role === "assistant" ? toolCallsOf(message).filter((part) => !answered.has(part.id)) : [],
  );
}

async function settleAll(
  parts: readonly ToolCallPart[],
  records: ReadonlyMap<string, ToolCallRecord>,
  run: CallRun,
): Promise<void> {
  for (const part of parts) await settle(part, records.get(part.id), run);
}

async function settle(part: ToolCallPart, record: ToolCallRecord | undefined, run: CallRun): Promise<void> {
  const { input, emit } = run;
  const state = record?.state ?? "unknown";
  if (record?.effect === "read" && state !== "done") {
    notice("call-repeated", `Repeating ${part.name}, which was interrupted and only reads.`);
    await runCall(prepareCall(part, input.tools), run);
    return;
  }
  if (state === "intended") {
    notice("call-unfinished", `${part.name} had not begun when Hermes was killed; it was not run.`);
    await recordEnd(part, { result: { text: neverRunText, isError: true }, state: "done" }, run);
    return;
  }
  const found = await recovered(part, run);
  if (found !== undefined) {
    notice("call-unfinished", `${part.name} was running when Hermes was killed; its job was found and not repeated.`);
    await recordEnd(part, { result: found, state: "done" }, run);
    return;
  }
  notice(
    "call-unfinished",
    `${part.name} was running when Hermes was killed; what it did is unknown. It was not repeated.`,
  );
  await recordEnd(part, { result: { text: unknownText, isError: true }, state: "unknown" }, run);

  function notice(code: "call-repeated" | "call-unfinished", text: string): void {
    emit({ type: "notice", runId: input.runId, notice: { code, text } });
  }
}

/** What the tool can find out about a call that it left behind; a question that fails leaves it unknown. */
async function recovered(part: ToolCallPart, { input, emit }: CallRun): Promise<ToolResult | undefined> {
  const call = prepareCall(part, input.tools);
  if (call.status === "rejected" || call.tool.recover === undefined) return undefined;
  const { runId, sessionId, workspace, signal } = input;
  const context = {
    sessionId,
    runId,
    callId: part.id,
    signal,
    workspace,
    progress: (text: string) => emit({ type: "tool-progress", runId, callId: part.id, text }),
  };
  try {
    return await call.tool.recover(call.input, context);
  } catch (error) {
    if (error instanceof AgentError) return undefined; // reported as unknown, which is what it is then
    throw error;
  }
}
