import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../lib/system-clock.ts";
import { AgentError } from "../protocol/agent-error.ts";
import { searchPast } from "../recall/search-past.ts";
import { RecallStore } from "../store/recall-store.ts";
import type { RecallOrder, RecallPlace, RecallReply } from "./recall-exchange.ts";

const { path, deadlineMs } = workerData as RecallPlace;
const store = RecallStore.open(path, { clock: systemClock, deadlineMs });

parentPort?.on("message", (order: RecallOrder) => {
  answer(order).then(
    (reply) => parentPort?.postMessage(reply, []),
    (error: unknown) => {
      throw error; // ends the worker, and its owner is told
    },
  );
});

async function answer({ id, question }: RecallOrder): Promise<RecallReply> {
  try {
    return { id, windows: await store.read((index) => searchPast(question, index, systemClock.now())) };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    const { code, message, retryable } = error;
    return { id, problem: { code, message, retryable } };
  }
}
