import { AsyncQueue } from "../lib/async-queue.ts";
import type { AgentEvent } from "../protocol/agent-event.ts";
import type { AgentInput } from "./agent-input.ts";
import { runCall, type CallRun, type PreparedCall } from "./run-call.ts";
import type { RunProgress } from "./run-progress.ts";

const maxParallelReads = 8;

/** Runs the calls of one answer: neighbouring reads side by side, everything else alone and in order. */
export async function* runCalls(
  calls: readonly PreparedCall[],
  input: AgentInput,
  progress: RunProgress,
): AsyncGenerator<AgentEvent, void> {
  for (const group of grouped(calls)) {
    const queue = new AsyncQueue<AgentEvent>();
    const run: CallRun = { input, progress, emit: (event) => queue.push(event) };
    const ended = Promise.all(group.map((call) => runCall(call, run))).finally(() => queue.end());
    ended.catch(() => undefined); // awaited below, when the events before the failure have been passed on
    yield* queue;
    await ended;
  }
}

function grouped(calls: readonly PreparedCall[]): readonly (readonly PreparedCall[])[] {
  const groups: PreparedCall[][] = [];
  for (const call of calls) {
    const group = groups.at(-1);
    const first = group?.at(0);
    if (
      group !== undefined &&
      first !== undefined &&
      isRead(first) &&
      isRead(call) &&
      group.length < maxParallelReads
    ) {
      group.push(call);
    } else {
      groups.push([call]);
    }
  }
  return groups;
}

function isRead(call: PreparedCall): boolean {
  return call.status === "ready" && call.intent.effect === "read";
}
