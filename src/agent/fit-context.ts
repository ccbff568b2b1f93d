import type { AgentEvent } from "../protocol/agent-event.ts";
import type { SessionContext } from "../protocol/ledger.ts";
import type { StoredMessage } from "../protocol/message.ts";
import type { AgentInput } from "./agent-input.ts";
import { compactSession } from "./compact-session.ts";
import { shown } from "./context-messages.ts";
import { messageTokens } from "./request-size.ts";
import type { RunProgress } from "./run-progress.ts";

const fitAbove = 0.75;
const spillDownTo = 0.5;
const summariseAbove = 0.6;
const tailShare = 0.25;
const summaryShare = 0.22;
const smallestSpill = 600; // characters; below it a pointer is hardly shorter

/** Tokens that a request may have: the window without room for the answer. */
export function requestRoom(contextTokens: number, outputTokens: number): number {
  return contextTokens - Math.min(outputTokens, Math.floor(contextTokens / 4));
}

/**
 * Makes the next request fit when it comes near the window: first old tool output is moved out and replaced by a
 * pointer, then what is older than the newest quarter is summarised. Nothing is removed from the ledger.
 * `isForced` fits a request that the vendor refused as too long.
 */
export async function* fitContext(
  input: AgentInput,
  progress: RunProgress,
  isForced: boolean,
): AsyncGenerator<AgentEvent, void> {
  const room = requestRoom(progress.contextTokens, input.model.limits.outputTokens);
  const now = requestTokens(input, progress);
  if (!isForced && now <= room * fitAbove) return;
  const target = isForced ? Math.min(room, now) : room;
  let context = await input.ledger.context(input.sessionId);
  progress.load(context);
  const spilled = await spillOutputs(context, { input, progress, downTo: target * spillDownTo });
  if (spilled > 0) {
    context = await input.ledger.context(input.sessionId);
    progress.load(context);
    const text = `Moved ${spilled} older tool ${spilled === 1 ? "output" : "outputs"} out of the context; they can be read again.`;
    yield { type: "notice", runId: input.runId, notice: { code: "context-fitted", text } };
  }
  if (requestTokens(input, progress) <= target * summariseAbove) return;
  const older = olderThanTail(context.messages, progress.calibration.undo(target * tailShare));
  if (older.length === 0) return;
  yield* compactSession(older, input, Math.floor(target * summaryShare));
  progress.load(await input.ledger.context(input.sessionId));
}

function requestTokens(input: AgentInput, progress: RunProgress): number {
  return progress.calibration.apply(progress.estimatedTokens(input.prefix));
}

type Spilling = { readonly input: AgentInput; readonly progress: RunProgress; readonly downTo: number };

/** Oldest first, the newest results last of all; returns how many were moved. */
async function spillOutputs(context: SessionContext, { input, progress, downTo }: Spilling): Promise<number> {
  let excess = requestTokens(input, progress) - downTo;
  const moved = new Map<number, string>();
  for (const stored of context.messages) {
    if (excess <= 0) break;
    const { message, seq } = stored;
    if (message.role !== "tool" || stored.spilledTo !== undefined || message.text.length < smallestSpill) continue;
    const name = await input.outputs.save(message.callId, Buffer.from(message.text));
    moved.set(seq, name);
    const saved = messageTokens(message) - messageTokens(shown({ message, spilledTo: name }));
    excess -= progress.calibration.apply(saved);
  }
  if (moved.size > 0) await input.ledger.spill(input.sessionId, moved);
  return moved.size;
}

/** Everything before the newest messages that fit `maxTokens`; the newest step always stays, a call with its results. */
function olderThanTail(messages: readonly StoredMessage[], maxTokens: number): readonly StoredMessage[] {
  let tail = 0;
  let cut = messages.length;
  for (let index = messages.length - 1; index >= 0; index--) {
    const stored = messages[index];
    if (stored === undefined) break;
    tail += messageTokens(shown(stored));
    if (tail > maxTokens && cut < messages.length) break;
    if (stored.message.role !== "tool") cut = index;
  }
  return messages.slice(0, cut);
}
