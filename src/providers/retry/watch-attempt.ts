import { noLongerNeeded } from "../../lib/no-longer-needed.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { ModelFailure, ModelRequest } from "../../protocol/model.ts";
import type { Attempt, AttemptEvent } from "../attempt.ts";
import type { TimeLimits } from "./time-limits.ts";

export type Watch = {
  readonly clock: Clock;
  readonly limits: TimeLimits;
  /** When the call as a whole must have begun to be answered, on the clock. */
  readonly answerBy: number;
  readonly signal: AbortSignal;
  /** Called once, when the vendor has accepted the request. */
  onAccepted(): void;
  timedOut(silentMs: number): ModelFailure;
  stopped(): ModelFailure;
};

export type WatchedEvent = AttemptEvent | { readonly type: "waiting"; readonly elapsedMs: number };

const graceMs = 500; // for a cancelled try to hand over what it has; the contract promises an end within a second

/** Runs one try under its time limits. Ends with exactly one `finish` or `error`, also when the try itself hangs. */
export async function* watchAttempt(
  attempt: Attempt,
  request: ModelRequest,
  watch: Watch,
): AsyncGenerator<WatchedEvent> {
  const cancel = new AbortController();
  const pace = new Pace(watch);
  const events = attempt(request, {
    signal: AbortSignal.any([watch.signal, cancel.signal]),
    onActivity: () => pace.bytes(),
  })[Symbol.asyncIterator]();
  let isOver = false;
  try {
    let next = take(events);
    for (;;) {
      const step = await pace.next(next);
      if (step === "over") {
        cancel.abort(noLongerNeeded);
        yield await lastWords(next, events, watch);
        return;
      }
      if (step === "silent") {
        if (pace.isDueToShow()) yield { type: "waiting", elapsedMs: pace.shown() };
        continue;
      }
      isOver = step.type === "finish" || step.type === "error";
      yield step;
      if (isOver) return;
      pace.event();
      next = take(events);
    }
  } finally {
    if (!isOver) cancel.abort(noLongerNeeded); // the consumer left in the middle
  }
}

async function take(events: AsyncIterator<AttemptEvent>): Promise<AttemptEvent | undefined> {
  const result = await events.next();
  return result.done === true ? undefined : result.value;
}

/** What a cancelled try still says, under the reason for which it was cancelled. */
async function lastWords(
  next: Promise<AttemptEvent | undefined>,
  events: AsyncIterator<AttemptEvent>,
  watch: Watch,
): Promise<AttemptEvent> {
  const failure = watch.signal.aborted ? watch.stopped() : watch.timedOut(watch.limits.betweenBytesMs);
  const cancel = new AbortController();
  const given = watch.clock.sleep(graceMs, cancel.signal).then(
    () => undefined,
    () => undefined,
  );
  let event = await Promise.race([next, given]);
  while (event !== undefined && event.type !== "error") event = await Promise.race([take(events), given]);
  cancel.abort(noLongerNeeded);
  return { type: "error", failure, partial: event?.partial, usage: event?.usage, lacksTools: false };
}

/** Keeps the times of one try. */
class Pace {
  readonly #watch: Watch;
  readonly #startedAt: number;
  #lastByteAt: number;
  #lastShownAt: number;
  #hasBytes = false;
  #hasEvents = false;

  constructor(watch: Watch) {
    this.#watch = watch;
    this.#startedAt = watch.clock.now();
    this.#lastByteAt = this.#startedAt;
    this.#lastShownAt = this.#startedAt;
  }

  bytes(): void {
    this.#lastByteAt = this.#watch.clock.now();
    if (this.#hasBytes) return;
    this.#hasBytes = true;
    this.#watch.onAccepted();
  }

  event(): void {
    this.#hasEvents = true;
    this.bytes();
    this.#lastShownAt = this.#lastByteAt;
  }

  isDueToShow(): boolean {
    return this.#watch.clock.now() - this.#lastShownAt >= this.#watch.limits.waitingMs;
  }

  /** Notes that the wait is being shown; returns how long it has lasted. */
  shown(): number {
    const silentMs = this.#watch.clock.now() - Math.max(this.#hasEvents ? this.#lastByteAt : 0, this.#startedAt);
    this.#lastShownAt = this.#watch.clock.now();
    return silentMs;
  }

  /** The next event, or that nothing came for a while, or that a time limit or the signal has ended the try. */
  async next(event: Promise<AttemptEvent | undefined>): Promise<AttemptEvent | "silent" | "over"> {
    if (this.#watch.signal.aborted) return "over";
    const { promise: aborted, resolve } = Promise.withResolvers<"over">();
    const onAbort = (): void => resolve("over");
    this.#watch.signal.addEventListener("abort", onAbort, { once: true });
    const cancel = new AbortController();
    const silence = this.#watch.clock.sleep(Math.max(1, this.#untilCheckMs()), cancel.signal).then(
      () => "silent" as const,
      () => "silent" as const,
    );
    try {
      const first = await Promise.race([event, silence, aborted]);
      if (first === "silent" && this.#watch.clock.now() >= this.#limitAt()) return "over";
      return first ?? "over";
    } finally {
      cancel.abort(noLongerNeeded);
      this.#watch.signal.removeEventListener("abort", onAbort);
    }
  }

  #untilCheckMs(): number {
    return Math.min(this.#limitAt(), this.#lastShownAt + this.#watch.limits.waitingMs) - this.#watch.clock.now();
  }

  #limitAt(): number {
    const { firstByteMs, betweenBytesMs } = this.#watch.limits;
    const silence = this.#hasBytes ? this.#lastByteAt + betweenBytesMs : this.#startedAt + firstByteMs;
    return this.#hasEvents ? silence : Math.min(silence, this.#watch.answerBy);
  }
}
