import type { ModelFeature, ModelPrice } from "../protocol/model.ts";
import { catalogue, loadRecords, type Provider } from "./catalogue.ts";
import { featuresOf, priceOf } from "./record-facts.ts";

export type ListedModel = {
  /** `provider/model` */
  readonly id: string;
  readonly contextTokens: number;
  readonly outputTokens: number;
  readonly price: ModelPrice | undefined;
  readonly features: readonly ModelFeature[];
};

export type ListFilter = {
  /** Only these providers; absent means all. */
  readonly providers?: readonly string[];
  /** Every word must occur in the id. */
  readonly words?: readonly string[];
};

/** The models known offline, by provider in the catalogue's order and then by name. */
export async function listModels(filter: ListFilter = {}): Promise<readonly ListedModel[]> {
  const wanted = catalogue.filter((provider) => filter.providers?.includes(provider.id) ?? true);
  const words = (filter.words ?? []).map((word) => word.toLowerCase());
  const lists = await Promise.all(wanted.map(listProvider));
  return lists.flat().filter((model) => words.every((word) => model.id.toLowerCase().includes(word)));
}

async function listProvider(provider: Provider): Promise<readonly ListedModel[]> {
  const records = await loadRecords(provider);
  return Array.from(records.values(), (record) => ({
    id: `${provider.id}/${record.id}`,
    contextTokens: record.contextWindow,
    outputTokens: record.maxTokens,
    price: priceOf(record),
    features: [...featuresOf(record)],
  })).toSorted((left, right) => (left.id < right.id ? -1 : 1));
}
