import type { ModelLimits } from "../protocol/model.ts";
import type { Provider } from "./catalogue.ts";
import type { TimeLimits } from "./retry/time-limits.ts";
import type { WireApi } from "./wire/wire-api.ts";
import type { ApiKey, ReasoningEffort } from "./wire/wire-target.ts";

/** A server that no catalogue knows. */
export type Endpoint = {
  readonly baseUrl: string;
  readonly api: WireApi;
  /** Absent: the server is asked, and its only or first model is taken. */
  readonly model?: string;
  readonly keys?: readonly ApiKey[];
};

/** `provider/model`, or an endpoint. */
export type ModelRef = string | Endpoint;

/** Everything a person can say about which model to use. Keys are handed in: nothing here reads the environment. */
export type ModelSelection = {
  readonly main: ModelRef;
  /** Asked in this order when the main model cannot answer. */
  readonly fallbacks?: readonly ModelRef[];
  /** By provider; several keys of one provider take turns when one is limited or refused. */
  readonly keys?: Readonly<Record<string, readonly ApiKey[]>>;
  /** Vendors of the person's own, beside the catalogue's; one with the same id takes its place. */
  readonly providers?: readonly Provider[];
  /** Other addresses of known providers: a proxy, a mirror, a test server. */
  readonly baseUrls?: Readonly<Record<string, string>>;
  /** What the person knows better than catalogue and server. */
  readonly limits?: Partial<ModelLimits>;
  readonly timeLimits?: Partial<TimeLimits>;
  /** `auto`: native, and text as soon as the server says that it takes no tools. */
  readonly toolCalls?: "auto" | "text";
  /** For models that can think; `medium` when absent. */
  readonly reasoning?: ReasoningEffort;
};
