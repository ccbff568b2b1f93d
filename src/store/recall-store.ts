import { AgentError } from "../protocol/agent-error.ts";
import type { Clock } from "../protocol/clock.ts";
import type { RecallIndex } from "../protocol/recall-index.ts";
import { Connection } from "./connection.ts";
import { indexEverything, missingInIndex } from "./message-index.ts";
import { SqliteRecallIndex } from "./sqlite-recall-index.ts";
import { asAgentError, faultOf } from "./store-errors.ts";
import { StoreGate } from "./store-gate.ts";

export type RecallStoreOptions = {
  readonly clock: Clock;
  /** How long one question waits, for other processes and for the index. */
  readonly deadlineMs: number;
};

const stepMessages = 500; // between two steps other processes may write
const pragmas = "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;";

/** The full-text index of a home. */
export class RecallStore implements Disposable {
  readonly #connection: Connection;
  readonly #gate: StoreGate;
  readonly #options: RecallStoreOptions;

  /** Over a connection that the caller opened; disposing this closes it. */
  constructor(connection: Connection, options: RecallStoreOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#gate = new StoreGate(connection, { ...options, notice: () => undefined });
  }

  /** A connection of its own to the database of a ledger that was opened before. Throws `store-lost`. */
  static open(path: string, options: RecallStoreOptions): RecallStore {
    try {
      const connection = new Connection(path);
      connection.execute(pragmas);
      return new RecallStore(connection, options);
    } catch (error) {
      throw asAgentError(error);
    }
  }

  /**
   * Takes in what the index lacks and then reads, all in one view. Rejects with `store-lost`, and with `store-busy` when
   * the deadline passes first: what was taken in stays, so that a later call has less to do.
   */
  async read<Result>(work: (index: RecallIndex) => Result): Promise<Result> {
    try {
      await this.#catchUp();
      return await this.#gate.read((connection) => work(new SqliteRecallIndex(connection)));
    } catch (error) {
      throw asAgentError(error);
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #catchUp(): Promise<void> {
    const { clock, deadlineMs } = this.#options;
    const startedAt = clock.now();
    for (;;) {
      const missing = await this.#gate.read(missingInIndex);
      if (missing === 0) return;
      if (clock.now() - startedAt > deadlineMs) throw stillIndexing(missing);
      try {
        await this.#gate.write((connection) => indexEverything(connection, stepMessages));
      } catch (error) {
        if (faultOf(error) === "lost") return; // nothing can be written now: what is indexed can still be found
        throw error;
      }
    }
  }
}

function stillIndexing(missing: number): AgentError {
  const text = `The search index is being made: about ${missing} messages are missing; ask again in a minute.`;
  return new AgentError("store-busy", text, { retryable: true });
}
