import type { Clock } from "../protocol/clock.ts";
import type { Notice } from "../protocol/agent-event.ts";
import type { Connection } from "./connection.ts";
import { faultOf, storeBusy } from "./store-errors.ts";

export type StoreNotice = Notice & { readonly code: "waiting-for-store" | "store-lost" | "store-back" };

export type GateOptions = {
  readonly clock: Clock;
  /** How long one operation waits for other processes, all its tries together. */
  readonly deadlineMs: number;
  readonly notice: (notice: StoreNotice) => void;
};

const sayAfterMs = 1000;
const shortestPauseMs = 5;
const longestPauseMs = 50;

/** The one door to the database: waits for other processes with `await`, so that everything else goes on. */
export class StoreGate {
  readonly #connection: Connection;
  readonly #options: GateOptions;
  #hasSaid = false;

  constructor(connection: Connection, options: GateOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Rejects with SQLite's own error; a busy one becomes `store-busy` when the deadline has passed. */
  async write<Result>(work: (connection: Connection) => Result, deadlineMs?: number): Promise<Result> {
    return this.#whenFree(() => this.#connection.transaction("immediate", () => work(this.#connection)), deadlineMs);
  }

  async read<Result>(work: (connection: Connection) => Result): Promise<Result> {
    return this.#whenFree(() => this.#connection.transaction("deferred", () => work(this.#connection)));
  }

  /** For what SQLite does not allow inside a transaction. */
  async outside(work: () => void): Promise<void> {
    return this.#whenFree(work);
  }

  async #whenFree<Result>(attempt: () => Result, deadlineMs = this.#options.deadlineMs): Promise<Result> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    for (;;) {
      const isLast = clock.now() - startedAt >= deadlineMs;
      try {
        const result = attempt();
        this.#hasSaid = false;
        return result;
      } catch (error) {
        if (faultOf(error) !== "busy") throw error;
        if (isLast) throw storeBusy(error);
      }
      this.#sayThatWeWait(clock.now() - startedAt);
      await clock.sleep(shortestPauseMs + Math.random() * (longestPauseMs - shortestPauseMs));
    }
  }

  #sayThatWeWait(waitedMs: number): void {
    if (this.#hasSaid || waitedMs < sayAfterMs) return;
    this.#hasSaid = true;
    this.#options.notice({ code: "waiting-for-store", text: "Another process holds the store; waiting for it." });
  }
}
