/** Tokens and cost of one model call, as the vendor reported them. */
export type Usage = {
  /** Tokens sent that were not read from the vendor's cache. */
  readonly inputTokens: number;
  /** Tokens written, reasoning included. */
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Part of `outputTokens`; `undefined` when the vendor does not say. */
  readonly reasoningTokens: number | undefined;
  /** US dollars; `undefined` when the price is unknown, which is not the same as free. */
  readonly costUsd: number | undefined;
};

export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: undefined,
  costUsd: 0,
};

/** The cost of a sum is unknown as soon as one part is unknown. */
export function addUsage(left: Usage, right: Usage): Usage {
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
    reasoningTokens: addKnown(left.reasoningTokens ?? 0, right.reasoningTokens ?? 0),
    costUsd: addKnown(left.costUsd, right.costUsd),
  };
}

/** Everything the model read and wrote, cached or not. */
export function totalTokens(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

function addKnown(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : left + right;
}
