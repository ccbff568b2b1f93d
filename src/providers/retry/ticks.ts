import { noLongerNeeded } from "../../lib/no-longer-needed.ts";
import type { Clock } from "../../protocol/clock.ts";

/** Yields every `everyMs` until `promise` settles, and then ends; the caller awaits the promise for its outcome. */
export async function* ticksUntil(promise: Promise<unknown>, clock: Clock, everyMs: number): AsyncGenerator<void> {
  const settled = promise.then(
    () => "settled" as const,
    () => "settled" as const,
  );
  for (;;) {
    const cancel = new AbortController();
    const tick = clock.sleep(everyMs, cancel.signal).then(
      () => "tick" as const,
      () => "settled" as const,
    );
    const first = await Promise.race([settled, tick]);
    cancel.abort(noLongerNeeded);
    if (first === "settled") return;
    yield;
  }
}
