import type { PatientFetch } from "../lib/patient-fetch.ts";
import { abortAfter } from "../lib/abort-after.ts";
import type { Clock } from "../protocol/clock.ts";
import type { ApiKey } from "./wire/wire-target.ts";

export type ServerKind = "ollama" | "lmstudio" | "llamacpp" | "vllm";

/** A model as a server lists it; what it does not say is `undefined`. */
export type ServedModel = {
  readonly id: string;
  readonly contextTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly server: ServerKind | undefined;
};

export type ServedModels =
  | { readonly ok: true; readonly models: readonly ServedModel[] }
  | { readonly ok: false; readonly problem: string };

export type Server = { readonly baseUrl: string; readonly key: ApiKey | undefined };
export type ProbeParts = {
  readonly fetch: PatientFetch;
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
};

/** Asks a server which models it has. */
export async function listServedModels(server: Server, parts: ProbeParts): Promise<ServedModels> {
  const base = server.baseUrl.replace(/\/+$/, "");
  const url = /\/v\d+[a-z]*(?:\/|$)/.test(base) ? `${base}/models` : `${base}/v1/models`;
  const answer = await askJson(url, { ...parts, key: server.key });
  if (!answer.ok) return answer;
  const { data } = answer.value as { readonly data?: unknown };
  if (!Array.isArray(data)) return { ok: false, problem: `${url} did not answer with a list of models` };
  return { ok: true, models: data.flatMap(readServedModel) };
}

/**
 * The context that is really loaded, which may be far less than the model was made for. `undefined` when the server
 * does not say.
 */
export async function loadedContext(
  model: ServedModel,
  server: Server,
  parts: ProbeParts,
): Promise<number | undefined> {
  const root = server.baseUrl.replace(/\/v\d+\/?$/, "").replace(/\/+$/, "");
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const answer = await askJson(root + path, { ...parts, key: server.key, ...(body === undefined ? {} : { body }) });
    return answer.ok ? answer.value : undefined;
  };
  switch (model.server) {
    case undefined:
    case "vllm":
      return model.contextTokens;
    case "llamacpp":
      return numberAt(await ask("/props"), "default_generation_settings", "n_ctx") ?? model.contextTokens;
    case "lmstudio":
      return lmStudioContext(await ask(`/api/v0/models/${encodeURIComponent(model.id)}`)) ?? model.contextTokens;
    case "ollama":
      return ollamaContext(model.id, ask);
  }
}

const ollamaDefaultContext = 4_096;

type Ask = (path: string, body?: object) => Promise<unknown>;

async function ollamaContext(id: string, ask: Ask): Promise<number> {
  const running = (await ask("/api/ps")) as { readonly models?: readonly Record<string, unknown>[] } | undefined;
  const loaded = running?.models?.find((entry) => entry["model"] === id || entry["name"] === id);
  const inUse = numberAt(loaded, "context_length");
  if (inUse !== undefined) return inUse;
  const shown = (await ask("/api/show", { model: id })) as { readonly parameters?: unknown } | undefined;
  const parameters = typeof shown?.parameters === "string" ? shown.parameters : "";
  return Number(/\bnum_ctx\s+(\d+)/.exec(parameters)?.[1] ?? ollamaDefaultContext);
}

function lmStudioContext(value: unknown): number | undefined {
  return numberAt(value, "loaded_context_length");
}

function readServedModel(entry: unknown): readonly ServedModel[] {
  if (typeof entry !== "object" || entry === null) return [];
  const record = entry as Record<string, unknown>;
  if (typeof record["id"] !== "string") return [];
  return [
    {
      id: record["id"],
      contextTokens:
        numberAt(record, "context_length") ??
        numberAt(record, "max_model_len") ??
        numberAt(record, "context_window") ??
        numberAt(record, "max_context_length") ??
        numberAt(record, "meta", "n_ctx"),
      outputTokens: numberAt(record, "max_output_tokens") ?? numberAt(record, "top_provider", "max_completion_tokens"),
      server: serverKinds.get(String(record["owned_by"])),
    },
  ];
}

const serverKinds: ReadonlyMap<string, ServerKind> = new Map([
  ["library", "ollama"],
  ["ollama", "ollama"],
  ["llamacpp", "llamacpp"],
  ["vllm", "vllm"],
  ["organization_owner", "lmstudio"],
]);

function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  let current: unknown = value;
  for (const name of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return typeof current === "number" && current > 0 ? current : undefined;
}

type Question = ProbeParts & { readonly key: ApiKey | undefined; readonly body?: object };
type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

async function askJson(url: string, question: Question): Promise<Answer> {
  using limit = abortAfter(question.clock, question.deadlineMs, question.signal);
  const { key, body } = question;
  const headers = {
    accept: "application/json",
    "user-agent": "hermes-agent-ts",
    ...(key === undefined ? {} : { authorization: `Bearer ${key.value}`, "x-api-key": key.value }),
    ...(key !== undefined && /anthropic/.test(url) ? { "anthropic-version": "2023-06-01" } : {}),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const init = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
  try {
    const reply = await question.fetch(url, { ...init, signal: limit.signal });
    const { status } = reply;
    const said = await reply.text();
    if (status < 200 || status >= 300) return { ok: false, problem: `${url} answered ${status}` };
    return { ok: true, value: JSON.parse(said) };
  } catch (error) {
    return { ok: false, problem: `${url} gave no usable answer (${reasonOf(error)})` };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = (error.cause ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : error.message;
}
