import { estimateTokens } from "../lib/estimate-tokens.ts";
import type { Message } from "../protocol/message.ts";
import type { PromptPrefix } from "../protocol/session.ts";
import type { Usage } from "../protocol/usage.ts";

const perMessageTokens = 6;

export function prefixTokens(prefix: PromptPrefix): number {
  return estimateTokens(prefix.system) + estimateTokens(JSON.stringify(prefix.tools));
}

export function messageTokens(message: Message): number {
  switch (message.role) {
    case "tool":
    case "summary":
      return perMessageTokens + estimateTokens(message.text);
    case "user":
      return message.parts.reduce((sum, part) => sum + estimateTokens(part.text), perMessageTokens);
    case "assistant":
      return message.parts.reduce(
        (sum, part) =>
          sum +
          (part.type === "tool-call" ? 10 + estimateTokens(JSON.stringify(part.input)) : estimateTokens(part.text)),
        perMessageTokens,
      );
  }
}

export function historyTokens(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + messageTokens(message), 0);
}

/** Counts each message and the prefix once: a history is looked at again before every step. */
export class SizeCounter {
  readonly #known = new WeakMap<object, number>();

  prefix(prefix: PromptPrefix): number {
    return this.#once(prefix, () => prefixTokens(prefix));
  }

  history(messages: readonly Message[]): number {
    return messages.reduce((sum, message) => sum + this.#once(message, () => messageTokens(message)), 0);
  }

  #once(counted: object, count: () => number): number {
    const known = this.#known.get(counted) ?? count();
    this.#known.set(counted, known);
    return known;
  }
}

/** Learns from the vendor's own count how far the estimate is off. */
export class SizeCalibration {
  #factor = 1;

  /** `estimated` is what we thought the request of this `usage` was. */
  learn(estimated: number, usage: Usage): void {
    const actual = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    if (actual < 200 || estimated < 200) return;
    this.#factor = Math.min(3, Math.max(0.5, actual / estimated));
  }

  /** Our estimate → the vendor's count. */
  apply(estimated: number): number {
    return Math.ceil(estimated * this.#factor);
  }

  /** The vendor's count → our estimate. */
  undo(actual: number): number {
    return Math.floor(actual / this.#factor);
  }
}
