import { noLongerNeeded } from "./no-longer-needed.ts";
import type { Clock } from "../protocol/clock.ts";

export type TimedSignal = Disposable & {
  readonly signal: AbortSignal;
  /** True when the time ran out, false when the outer signal came first or nothing has happened. */
  isExpired(): boolean;
};

/** A signal that aborts when `outer` does or after `delayMs`. Dispose it, or its timer lives until then. */
export function abortAfter(clock: Clock, delayMs: number, outer?: AbortSignal): TimedSignal {
  const timeout = new AbortController();
  const cancel = new AbortController();
  clock.sleep(delayMs, cancel.signal).then(
    () => timeout.abort(new DOMException(`No answer within ${delayMs} ms.`, "TimeoutError")),
    () => undefined, // disposed before its time
  );
  return {
    signal: outer === undefined ? timeout.signal : AbortSignal.any([outer, timeout.signal]),
    isExpired: () => timeout.signal.aborted,
    [Symbol.dispose]: () => cancel.abort(noLongerNeeded),
  };
}
