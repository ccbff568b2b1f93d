import { systemClock } from "../lib/system-clock.ts";
import { AgentError } from "../protocol/agent-error.ts";
import { Connection } from "./connection.ts";
import { faultOf } from "./store-errors.ts";

const deadlineMs = 20_000;
const pauseMs = 20;

/**
 * Runs `work` while no other process holds the lock of this file, which is an empty database: the system gives a dead
 * process's lock back by itself. Rejects with `store-busy` after 20 s.
 */
export async function withFileLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const connection = new Connection(path);
  try {
    await take(connection, path);
    const result = await work();
    connection.execute("ROLLBACK");
    return result;
  } finally {
    connection.close();
  }
}

async function take(connection: Connection, path: string): Promise<void> {
  const startedAt = systemClock.now();
  for (;;) {
    try {
      connection.execute("BEGIN EXCLUSIVE");
      return;
    } catch (error) {
      if (faultOf(error) !== "busy") throw error;
      if (systemClock.now() - startedAt > deadlineMs) {
        const text = `Another process has held ${path} for ${deadlineMs / 1000} s: end it, or try later.`;
        throw new AgentError("store-busy", text, { retryable: true, cause: error });
      }
    }
    await systemClock.sleep(pauseMs);
  }
}
