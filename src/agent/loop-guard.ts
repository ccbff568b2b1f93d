import type { Json } from "../protocol/json.ts";

const warnAt = 3;
const stopAt = 5;
const rememberedCalls = 20;
const unhurriedMs = 5_000;

/** How long a command took says nothing about what moved. */
const duration = /\b\d+\.\d s\b/gu;

export type GuardVerdict = "go" | "warn" | "stop";

type SeenCall = { readonly signature: string; readonly at: number; result: string | undefined };

/**
 * Sees a model going in circles: the same call with the same result again and again, also when two calls alternate.
 * Calls 5 s or more apart are waiting, not circling, and do not count.
 */
export class LoopGuard {
  readonly #seen: SeenCall[] = [];

  /** Counts the call about to be made: `warn` from the 3rd identical one, `stop` at the 5th, which must not run. */
  next(name: string, input: Json, now: number): GuardVerdict {
    const signature = `${name} ${JSON.stringify(input)}`;
    const earlier = this.#seen.filter((call) => call.signature === signature);
    const last = earlier.at(-1);
    if (last !== undefined && now - last.at >= unhurriedMs) this.#forget(signature);
    this.#seen.push({ signature, at: now, result: undefined });
    if (this.#seen.length > rememberedCalls) this.#seen.shift();
    const count = this.#sameResults(signature) + 1;
    if (count >= stopAt) return "stop";
    return count >= warnAt ? "warn" : "go";
  }

  /** Tells what the call returned: a different result means that something moves. */
  returned(name: string, input: Json, result: string): void {
    const signature = `${name} ${JSON.stringify(input)}`;
    const open = this.#seen.find((call) => call.signature === signature && call.result === undefined);
    if (open !== undefined) open.result = result.replaceAll(duration, "");
  }

  /** How many finished calls at the end of this signature's series returned the same. */
  #sameResults(signature: string): number {
    const results = this.#seen.filter((call) => call.signature === signature && call.result !== undefined);
    const last = results.at(-1)?.result;
    let count = 0;
    for (let index = results.length - 1; index >= 0 && results[index]?.result === last; index--) count++;
    return count;
  }

  #forget(signature: string): void {
    for (let index = this.#seen.length - 1; index >= 0; index--) {
      if (this.#seen[index]?.signature === signature) this.#seen.splice(index, 1);
    }
  }
}
