import { systemClock } from "../lib/system-clock.ts";
import type { Recall } from "../protocol/recall.ts";
import type { RecallStore } from "../store/recall-store.ts";

const deadlineMs = 20_000;

export type RecallPlaceOptions = {
  /** The database file of a ledger that is open. */
  readonly path: string;
  readonly isEphemeral: boolean;
  readonly ledger: { recallStore(deadlineMs: number): Promise<RecallStore> };
};

/** Search over what was said in a home; its parts are loaded and its thread starts with the first question. End it before the ledger. */
export function recallOfHome(options: RecallPlaceOptions): Recall & AsyncDisposable {
  let opening: Promise<Recall & AsyncDisposable> | undefined;
  const open = (): Promise<Recall> => (opening ??= options.isEphemeral ? inMemory(options) : inFile(options));
  return {
    search: async (question, signal) => (await open()).search(question, signal),
    async [Symbol.asyncDispose]() {
      await (await opening)?.[Symbol.asyncDispose]();
    },
  };
}

async function inFile({ path }: RecallPlaceOptions): Promise<Recall & AsyncDisposable> {
  const { WorkerRecall } = await import("./worker-recall.ts");
  return new WorkerRecall({ path, clock: systemClock, deadlineMs });
}

/** A database in memory can be seen by no other thread, and holds too little to be slow. */
async function inMemory({ ledger }: RecallPlaceOptions): Promise<Recall & AsyncDisposable> {
  const { searchPast } = await import("../recall/search-past.ts");
  const store = await ledger.recallStore(deadlineMs);
  return {
    async search(question, signal) {
      signal.throwIfAborted();
      return store.read((index) => searchPast(question, index, systemClock.now()));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(), // the ledger closes the connection
  };
}
