import { AgentError } from "../protocol/agent-error.ts";
import { catalogue, type Provider } from "../providers/catalogue.ts";
import type { Endpoint, ModelRef, ModelSelection } from "../providers/model-selection.ts";
import type { TimeLimits } from "../providers/retry/time-limits.ts";
import { wireApis } from "../providers/wire/wire-api.ts";
import type { ApiKey } from "../providers/wire/wire-target.ts";
import type { Environment } from "./config/environment.ts";
import { listSetting, numberSetting, textSetting, type Settings } from "./config/load-settings.ts";
import { defaultModels } from "./default-models.ts";

const keysPerName = 9;

export type SelectedModel = {
  readonly selection: ModelSelection;
  /** Told once: what was chosen without being asked for. */
  readonly notices: readonly string[];
};

/**
 * Which model to use, from settings and recognised keys: the chosen one, else your own endpoint, else the first
 * provider whose key is set. `undefined` when nothing is set up.
 */
export function selectModel(settings: Settings, environment: Environment): SelectedModel | undefined {
  const chosen = mainModel(settings, environment);
  if (chosen === undefined) return undefined;
  const { main, notices } = chosen;
  const toolCalls = textSetting(settings, "model.text_tool_calls") === "on" ? "text" : "auto";
  return { selection: { main, toolCalls, ...restOfSelection(settings, environment) }, notices };
}

/** The model for summaries; `undefined` when it is the main one. */
export function selectAuxiliary(settings: Settings, environment: Environment): ModelSelection | undefined {
  const main = textSetting(settings, "model.auxiliary");
  if (main === undefined) return undefined;
  const { limits: _, fallbacks: __, ...rest } = restOfSelection(settings, environment);
  return { main, ...rest };
}

function restOfSelection(settings: Settings, environment: Environment): Omit<ModelSelection, "main"> {
  const contextTokens = numberSetting(settings, "model.context_tokens");
  const outputTokens = numberSetting(settings, "model.output_tokens");
  return {
    fallbacks: listSetting(settings, "model.fallbacks"),
    keys: Object.fromEntries(catalogue.map((provider) => [provider.id, keysOf(provider, environment)])),
    baseUrls: providerUrls(settings),
    limits: {
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(outputTokens === undefined ? {} : { outputTokens }),
    },
    timeLimits: timeLimits(settings),
  };
}

type Choice = { readonly main: ModelRef; readonly notices: readonly string[] };

function mainModel(settings: Settings, environment: Environment): Choice | undefined {
  const chosen = settings.values.get("model.main");
  const name = typeof chosen?.value === "string" && chosen.value !== "" ? chosen.value : undefined;
  const endpoint = endpointOf(settings, environment);
  if (endpoint !== undefined && !isElsewhere(name, settings)) {
    const isOlder = chosen?.origin === "file" && settings.values.get("model.base_url")?.origin !== "file";
    return { main: name === undefined || isOlder ? endpoint : { ...endpoint, model: name }, notices: [] };
  }
  if (name !== undefined) return { main: name, notices: [] };
  return defaultModel(environment);
}

/** A model of a known provider, named closer to the person than the endpoint was, is not the endpoint's. */
function isElsewhere(name: string | undefined, settings: Settings): boolean {
  const closeness = { flag: 3, environment: 2, file: 1, default: 0 } as const;
  const ofModel = closeness[settings.values.get("model.main")?.origin ?? "default"];
  const ofEndpoint = closeness[settings.values.get("model.base_url")?.origin ?? "default"];
  return ofModel > ofEndpoint && catalogue.some((provider) => name?.startsWith(`${provider.id}/`) === true);
}

function endpointOf(settings: Settings, environment: Environment): Endpoint | undefined {
  const baseUrl = textSetting(settings, "model.base_url");
  if (baseUrl === undefined) return undefined;
  if (!URL.canParse(baseUrl) || !/^https?:$/u.test(new URL(baseUrl).protocol)) {
    throw new AgentError(
      "bad-settings",
      `The endpoint ${baseUrl} is no address: write it as in http://127.0.0.1:8080/v1.`,
    );
  }
  const api = wireApis.find((known) => known === textSetting(settings, "model.api")) ?? "openai-chat";
  return { baseUrl, api, keys: endpointKeys(settings, environment) };
}

function endpointKeys(settings: Settings, environment: Environment): readonly ApiKey[] {
  const { HERMES_API_KEY: given = "" } = environment;
  if (given !== "") return [{ name: "HERMES_API_KEY", value: given }];
  const value = textSetting(settings, "model.api_key");
  return value === undefined ? [] : [{ name: "model.api_key", value }];
}

function defaultModel(environment: Environment): Choice | undefined {
  const provider = catalogue.find(
    ({ id, keyNames }) => id in defaultModels && keyNames.some((name) => environment[name]),
  );
  const model = provider === undefined ? undefined : defaultModels[provider.id];
  if (provider === undefined || model === undefined) return undefined;
  const main = `${provider.id}/${model}`;
  const key = provider.keyNames.find((name) => environment[name]) ?? "";
  return { main, notices: [`using ${main} because ${key} is set; hermes model use MODEL chooses another.`] };
}

/** `NAME`, `NAME_2` … `NAME_9`: several keys take turns when one is limited or refused. */
function keysOf({ keyNames }: Provider, environment: Environment): readonly ApiKey[] {
  return keyNames.flatMap((keyName) =>
    Array.from({ length: keysPerName }, (_, index) => (index === 0 ? keyName : `${keyName}_${index + 1}`)).flatMap(
      (name) => {
        const value = environment[name]?.trim();
        return value === undefined || value === "" ? [] : [{ name, value }];
      },
    ),
  );
}

/** Other addresses of known providers, by provider. */
export function providerUrls(settings: Settings): Readonly<Record<string, string>> {
  return Object.fromEntries(listSetting(settings, "model.provider_urls").map(providerUrl));
}

function providerUrl(entry: string): readonly [string, string] {
  const at = entry.indexOf("=");
  const [id, url] = [entry.slice(0, at), entry.slice(at + 1)];
  if (at > 0 && URL.canParse(url) && catalogue.some((provider) => provider.id === id)) return [id, url];
  throw new AgentError(
    "bad-settings",
    `model.provider_urls has ${entry}: write provider=address, as in openrouter=https://proxy.example/v1.`,
  );
}

function timeLimits(settings: Settings): Partial<TimeLimits> {
  const seconds = (
    key: "model.first_byte_seconds" | "model.between_bytes_seconds" | "model.call_seconds",
  ): number | undefined => {
    const value = numberSetting(settings, key);
    return value === undefined ? undefined : value * 1_000;
  };
  const firstByteMs = seconds("model.first_byte_seconds");
  const betweenBytesMs = seconds("model.between_bytes_seconds");
  const callMs = seconds("model.call_seconds");
  return {
    ...(firstByteMs === undefined ? {} : { firstByteMs }),
    ...(betweenBytesMs === undefined ? {} : { betweenBytesMs }),
    ...(callMs === undefined ? {} : { callMs }),
  };
}

/** The providers for which a key is set. */
export function findKeys(environment: Environment): readonly string[] {
  return catalogue.filter((provider) => keysOf(provider, environment).length > 0).map((provider) => provider.id);
}
