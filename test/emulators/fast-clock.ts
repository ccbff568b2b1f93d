import type { Clock } from "../../src/protocol/clock.ts";
import { systemClock } from "../../src/lib/system-clock.ts";

/** Time that runs `factor` times as fast, so that a minute's wait can be tested on real sockets. */
export function createFastClock(factor: number): Clock {
  const startedAt = Date.now();
  return {
    now: () => startedAt + (Date.now() - startedAt) * factor,
    sleep: (delayMs, signal) => systemClock.sleep(delayMs / factor, signal),
  };
}
