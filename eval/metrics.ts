/** Measures of one ranking against the ids that were looked for, each from 0 to 1. */
export type Measures = {
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  readonly anyAt1: number;
  readonly anyAt5: number;
  readonly anyAt10: number;
  readonly ndcgAt10: number;
};

export function measure(ranked: readonly string[], gold: ReadonlySet<string>): Measures {
  const hits = [...new Set(ranked)].flatMap((id, place) => (gold.has(id) ? [place] : []));
  const within = (depth: number): number => hits.filter((place) => place < depth).length;
  const any = (depth: number): number => (within(depth) > 0 ? 1 : 0);
  const gain = (place: number): number => 1 / Math.log2(place + 2);
  const reached = hits.filter((place) => place < 10).reduce((sum, place) => sum + gain(place), 0);
  const ideal = Array.from({ length: Math.min(10, gold.size) }, (_, place) => gain(place));
  return {
    recallAt1: within(1) / gold.size,
    recallAt5: within(5) / gold.size,
    recallAt10: within(10) / gold.size,
    anyAt1: any(1),
    anyAt5: any(5),
    anyAt10: any(10),
    ndcgAt10: reached / ideal.reduce((sum, value) => sum + value, 0),
  };
}

export type Estimate = { readonly mean: number; readonly low: number; readonly high: number; readonly count: number };

const resamples = 1000;

/** Mean and the middle 95 % of the means of samples drawn anew from the same values; the same values give the same answer. */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  const next = randomFrom(7);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let index = 0; index < count; index += 1) sum += values[Math.floor(next() * count)] ?? 0;
    return sum / count;
  }).sort((left, right) => left - right);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const at = (share: number): number => means[Math.floor(share * resamples)] ?? mean;
  return { mean, low: at(0.025), high: at(0.975), count };
}

/** Numbers from 0 to 1 that look random and are the same each time. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
