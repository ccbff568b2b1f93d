import type { Api, Model as VendorRecord } from "@earendil-works/pi-ai";
import type { ModelFeature, ModelPrice } from "../protocol/model.ts";

/** A price of nothing on a paid provider means that nobody has entered it. */
export function priceOf({ cost, id }: VendorRecord<Api>): ModelPrice | undefined {
  if (cost.input === 0 && cost.output === 0 && !id.endsWith(":free")) return undefined;
  return { inputUsd: cost.input, outputUsd: cost.output, cacheReadUsd: cost.cacheRead, cacheWriteUsd: cost.cacheWrite };
}

export function featuresOf(record: VendorRecord<Api>): ReadonlySet<ModelFeature> {
  const features = new Set<ModelFeature>(["tools"]);
  if (record.input.includes("image")) features.add("images");
  if (record.reasoning) features.add("reasoning");
  if (record.cost.cacheRead > 0) features.add("prompt-cache");
  return features;
}
