import { orAborted } from "../../lib/or-aborted.ts";
import type { Clock } from "../../protocol/clock.ts";
import { backoffMs } from "./retry-rules.ts";

/** A call's place behind the gate. Settle it as soon as the vendor has accepted or refused the request. */
export type Pass = { settle(): void };

/**
 * One gate for one key at one vendor. It stands open until the vendor limits the rate; then it stays shut for as long
 * as was asked, and afterwards lets callers through one by one, so that they do not all run into the limit again.
 */
export class RateGate {
  readonly #clock: Clock;
  #opensAt = 0;
  #isNarrow = false;
  #queued = 0;
  #refusals = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long a call would have to wait at least. */
  delayMs(): number {
    return Math.max(0, this.#opensAt - this.#clock.now());
  }

  /** The vendor refused a call; without a wish of its own the wait doubles with each refusal in a row. */
  refused(retryAfterMs: number | undefined, random: number): void {
    this.#refusals += 1;
    const delayMs = retryAfterMs ?? backoffMs(this.#refusals, random);
    this.#opensAt = Math.max(this.#opensAt, this.#clock.now() + delayMs);
    this.#isNarrow = true;
  }

  accepted(): void {
    this.#refusals = 0;
  }

  /** A place at once, when the gate stands open. */
  enterNow(): Pass | undefined {
    return this.#isNarrow ? undefined : { settle: () => undefined };
  }

  /** Waits for its turn; rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<Pass> {
    const open = this.enterNow();
    if (open !== undefined) return open;
    const { promise: settled, resolve } = Promise.withResolvers<void>();
    const before = this.#tail;
    this.#tail = before.then(() => settled);
    this.#queued += 1;
    const settle = once(() => {
      this.#queued -= 1;
      if (this.#queued === 0 && this.delayMs() === 0) this.#isNarrow = false;
      resolve();
    });
    try {
      await orAborted(before, signal);
      while (this.delayMs() > 0) await this.#clock.sleep(this.delayMs(), signal);
    } catch (error) {
      settle();
      throw error;
    }
    return { settle };
  }
}

/** The gates of one process: every model that shares a key shares its gate. */
export class RateGates {
  readonly #clock: Clock;
  readonly #gates = new Map<string, RateGate>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  gate(baseUrl: string, keyName: string): RateGate {
    const name = `${baseUrl} ${keyName}`;
    const known = this.#gates.get(name);
    if (known !== undefined) return known;
    const made = new RateGate(this.#clock);
    this.#gates.set(name, made);
    return made;
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
