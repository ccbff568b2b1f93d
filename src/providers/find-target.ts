import type { Api, Model as VendorRecord } from "@earendil-works/pi-ai";
import { nearestNames } from "../lib/edit-distance.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { ModelFeature, ModelLimits } from "../protocol/model.ts";
import { catalogue, loadRecords, type Provider } from "./catalogue.ts";
import type { Endpoint, ModelRef, ModelSelection } from "./model-selection.ts";
import { featuresOf, priceOf } from "./record-facts.ts";
import { listServedModels, loadedContext, type ProbeParts, type ServedModel, type Server } from "./served-models.ts";
import { libraryApis } from "./wire/vendor-record.ts";
import { wireApis } from "./wire/wire-api.ts";
import type { ApiKey, WireTarget } from "./wire/wire-target.ts";

/** A model that was found, with its keys, and what the person should know about how it was found. */
export type FoundTarget = {
  readonly target: Omit<WireTarget, "key">;
  readonly keys: readonly ApiKey[];
  readonly notices: readonly string[];
};

const defaultContextTokens = 32_768;
// Vendors reserve what is asked for: a larger wish runs into rate limits, and into "no credit" on small accounts.
const mostOutputTokens = 32_768;

/** Throws `unknown-model`, with the nearest names, when there is no such provider or model. */
export async function findTarget(ref: ModelRef, selection: ModelSelection, parts: ProbeParts): Promise<FoundTarget> {
  if (typeof ref !== "string") {
    return findEndpoint({ ...ref, provider: "custom", keyNames: ["HERMES_API_KEY"] }, selection, parts);
  }
  const { provider, model } = splitRef(ref, [...(selection.providers ?? []), ...catalogue]);
  const keys = selection.keys?.[provider.id] ?? [];
  const baseUrl = selection.baseUrls?.[provider.id] ?? provider.baseUrl;
  const records = await loadRecords(provider);
  const record = records.get(model);
  if (record !== undefined) return fromRecord({ provider, record, keys, baseUrl }, selection);
  if (records.size > 0) await expectServed({ provider, model, keys, baseUrl }, records, parts);
  const endpoint = { baseUrl, api: provider.api, keys, provider: provider.id, keyNames: provider.keyNames };
  return findEndpoint(model === "" ? endpoint : { ...endpoint, model }, selection, parts);
}

/** An absent model is `""`. */
function splitRef(
  ref: string,
  providers: readonly Provider[],
): { readonly provider: Provider; readonly model: string } {
  const [, id = ref, model = ""] = /^([^/]*)\/(.*)$/s.exec(ref) ?? [];
  const provider = providers.find((each) => each.id === id);
  if (provider === undefined) throw unknownProvider(ref, id, providers);
  return { provider, model };
}

type Known = {
  readonly provider: Provider;
  readonly record: VendorRecord<Api>;
  readonly keys: readonly ApiKey[];
  readonly baseUrl: string;
};

function fromRecord({ provider, record, keys, baseUrl }: Known, selection: ModelSelection): FoundTarget {
  const api = wireApis.find((each) => libraryApis[each] === record.api) ?? provider.api;
  const isMoved = selection.baseUrls?.[provider.id] !== undefined;
  return {
    keys,
    notices: [],
    target: {
      api,
      provider: provider.id,
      model: record.id,
      baseUrl: api === provider.api || isMoved ? baseUrl : record.baseUrl,
      keyNames: provider.keyNames,
      limits: limitsOf(record.contextWindow, Math.min(record.maxTokens, mostOutputTokens), selection),
      price: priceOf(record),
      features: featuresOf(record),
      reasoning: selection.reasoning ?? "medium",
      record,
    },
  };
}

type Wanted = {
  readonly provider: Provider;
  readonly model: string;
  readonly keys: readonly ApiKey[];
  readonly baseUrl: string;
};

/** A model newer than our list may be served all the same: the vendor has the last word. */
async function expectServed(wanted: Wanted, records: ReadonlyMap<string, unknown>, parts: ProbeParts): Promise<void> {
  const server = { baseUrl: wanted.baseUrl, key: wanted.keys[0] };
  const served = wanted.keys.length === 0 || wanted.model === "" ? undefined : await listServedModels(server, parts);
  const names = served?.ok === true ? served.models.map((each) => each.id) : [];
  if (names.includes(wanted.model)) return;
  const near = nearestNames(wanted.model, new Set([...records.keys(), ...names]), 3);
  const fix = near.length === 0 ? `see hermes model list ${wanted.provider.id}` : `did you mean ${orList(near)}?`;
  throw new AgentError("unknown-model", `${wanted.provider.title} has no model "${wanted.model}": ${fix}`);
}

function unknownProvider(ref: string, id: string, providers: readonly Provider[]): AgentError {
  const names = providers.map((provider) => provider.id);
  const near = nearestNames(id, names, 3);
  const hint = near.length === 0 ? names.join(", ") : orList(near);
  return new AgentError(
    "unknown-model",
    `"${ref}" names no known provider: write provider/model, for instance with ${hint}.`,
  );
}

function orList(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
}

type NamedEndpoint = Endpoint & { readonly provider: string; readonly keyNames: readonly string[] };

async function findEndpoint(
  endpoint: NamedEndpoint,
  selection: ModelSelection,
  parts: ProbeParts,
): Promise<FoundTarget> {
  const keys = endpoint.keys ?? [];
  const server: Server = { baseUrl: endpoint.baseUrl, key: keys[0] };
  const isAnswered = endpoint.model !== undefined && selection.limits?.contextTokens !== undefined;
  const served = isAnswered ? undefined : await listServedModels(server, parts);
  const models = served?.ok === true ? served.models : [];
  const problem = served?.ok === false ? served.problem : `${endpoint.baseUrl} lists no models`;
  const model = chosenModel(endpoint, models, problem);
  const context = await contextOf(model, { server, parts, selection });
  return {
    keys,
    notices: [...(endpoint.model === undefined ? [tookModel(model.id, models, endpoint)] : []), ...context.notices],
    target: {
      api: endpoint.api,
      provider: endpoint.provider,
      model: model.id,
      baseUrl: endpoint.baseUrl,
      keyNames: endpoint.keyNames,
      limits: limitsOf(context.tokens, model.outputTokens ?? usualOutput(context.tokens), selection),
      price: undefined,
      features: new Set<ModelFeature>(["tools"]),
      reasoning: selection.reasoning ?? "medium",
      record: undefined,
    },
  };
}

function chosenModel(endpoint: NamedEndpoint, models: readonly ServedModel[], problem: string): ServedModel {
  const unlisted = { contextTokens: undefined, outputTokens: undefined, server: undefined };
  if (endpoint.model !== undefined) {
    return models.find((each) => each.id === endpoint.model) ?? { id: endpoint.model, ...unlisted };
  }
  const [first] = models;
  if (first !== undefined) return first;
  throw new AgentError("unknown-model", `No model is named, and ${problem}: name one with HERMES_MODEL or --model.`);
}

function tookModel(id: string, models: readonly ServedModel[], { baseUrl }: Endpoint): string {
  return models.length === 1
    ? `No model was named: using ${id}, the only one at ${baseUrl}.`
    : `No model was named: using ${id}, the first of ${models.length} at ${baseUrl}.`;
}

type ContextQuestion = { readonly server: Server; readonly parts: ProbeParts; readonly selection: ModelSelection };
type ContextAnswer = { readonly tokens: number; readonly notices: readonly string[] };

const tightContextTokens = 16_384;

async function contextOf(model: ServedModel, { server, parts, selection }: ContextQuestion): Promise<ContextAnswer> {
  if (selection.limits?.contextTokens !== undefined) return { tokens: selection.limits.contextTokens, notices: [] };
  const found = await loadedContext(model, server, parts);
  if (found === undefined) return { tokens: defaultContextTokens, notices: [] };
  const isTight = found < tightContextTokens;
  const fix =
    model.server === "ollama"
      ? "start Ollama with OLLAMA_CONTEXT_LENGTH=32768 to give it more"
      : "start the server with a larger context to give it more";
  return {
    tokens: found,
    notices: isTight ? [`${model.id} is loaded with a context of only ${found} tokens: ${fix}.`] : [],
  };
}

function usualOutput(contextTokens: number): number {
  return Math.min(16_384, Math.max(1_024, Math.floor(contextTokens / 4)));
}

function limitsOf(contextTokens: number, outputTokens: number, selection: ModelSelection): ModelLimits {
  const context = selection.limits?.contextTokens ?? contextTokens;
  return { contextTokens: context, outputTokens: Math.min(selection.limits?.outputTokens ?? outputTokens, context) };
}
