import { AsyncQueue } from "../lib/async-queue.ts";
import type { AgentEvent } from "../protocol/agent-event.ts";

/** Passes what happens in a session to everybody who listens, each at their own pace. */
export class EventHub {
  readonly #listeners = new Map<string, Set<AsyncQueue<AgentEvent>>>();

  publish(sessionId: string, event: AgentEvent): void {
    for (const queue of this.#listeners.get(sessionId) ?? []) queue.push(event);
  }

  /** Listens from now on, also before the first value is asked for; ends when `signal` aborts. */
  subscribe(sessionId: string, signal: AbortSignal): AsyncIterable<AgentEvent> {
    const queue = new AsyncQueue<AgentEvent>();
    const queues = this.#listeners.get(sessionId) ?? new Set();
    this.#listeners.set(sessionId, queues.add(queue));
    const leave = (): void => {
      queues.delete(queue);
      queue.end();
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    return queue;
  }
}
