import { Worker } from "node:worker_threads";
import { abortAfter } from "../lib/abort-after.ts";
import { orAborted } from "../lib/or-aborted.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { Clock } from "../protocol/clock.ts";
import type { Recall, RecallQuestion, RecallWindow } from "../protocol/recall.ts";
import type { RecallOrder, RecallPlace, RecallReply } from "./recall-exchange.ts";

export type WorkerRecallOptions = {
  /** The database of a ledger that is open. */
  readonly path: string;
  readonly clock: Clock;
  /** How long a question may take, the making of the index included. */
  readonly deadlineMs: number;
};

const graceMs = 2000; // the worker gives up by itself at the deadline; one that does not is ended

/** Searches in a thread of its own, which starts with the first question and ends with this. */
export class WorkerRecall implements Recall, AsyncDisposable {
  readonly #options: WorkerRecallOptions;
  readonly #waiting = new Map<number, PromiseWithResolvers<readonly RecallWindow[]>>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(options: WorkerRecallOptions) {
    this.#options = options;
  }

  async search(question: RecallQuestion, signal: AbortSignal): Promise<readonly RecallWindow[]> {
    signal.throwIfAborted();
    const { clock, deadlineMs } = this.#options;
    using timed = abortAfter(clock, deadlineMs + graceMs, signal);
    this.#lastId += 1;
    const order: RecallOrder = { id: this.#lastId, question };
    const reply = Promise.withResolvers<readonly RecallWindow[]>();
    this.#waiting.set(order.id, reply);
    this.#running().postMessage(order, []);
    try {
      return await orAborted(reply.promise, timed.signal);
    } catch (error) {
      if (!timed.isExpired()) throw error;
      await this.#end();
      throw new AgentError("store-busy", `The search took longer than ${deadlineMs / 1000} s; try again.`, {
        retryable: true,
        cause: error,
      });
    } finally {
      this.#waiting.delete(order.id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const { path, deadlineMs } = this.#options;
    const place: RecallPlace = { path, deadlineMs };
    const worker = new Worker(new URL("./recall-worker.ts", import.meta.url), { workerData: place });
    worker.unref(); // a question that nobody waits for any more keeps no process alive
    worker.on("message", (reply: RecallReply) => this.#settle(reply));
    worker.on("error", (error) => this.#fail(worker, error));
    worker.on("exit", () => this.#fail(worker, undefined));
    this.#worker = worker;
    return worker;
  }

  #settle(reply: RecallReply): void {
    const waiting = this.#waiting.get(reply.id);
    if ("windows" in reply) return waiting?.resolve(reply.windows);
    const { code, message, retryable } = reply.problem;
    waiting?.reject(new AgentError(code, message, { retryable }));
  }

  /** The next question starts a new thread. */
  #fail(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const reason = cause instanceof Error ? cause.message : "its thread ended";
    for (const { reject } of this.#waiting.values()) {
      reject(new AgentError("store-lost", `The search failed (${reason}); try again.`, { retryable: true, cause }));
    }
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#fail(worker, undefined);
    await worker.terminate();
  }
}
