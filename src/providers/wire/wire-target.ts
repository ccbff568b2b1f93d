import type { Api, Model as VendorRecord } from "@earendil-works/pi-ai";
import type { ModelFeature, ModelLimits, ModelPrice } from "../../protocol/model.ts";
import type { WireApi } from "./wire-api.ts";

/** `name` says where the key came from (`OPENROUTER_API_KEY`) and may be shown; `value` may not. */
export type ApiKey = { readonly name: string; readonly value: string };

export type ReasoningEffort = "off" | "low" | "medium" | "high";

/** One model at one address, reached with one key. */
export type WireTarget = {
  readonly api: WireApi;
  /** The catalogue's name of the vendor, or `custom`. */
  readonly provider: string;
  /** As the vendor spells it. */
  readonly model: string;
  readonly baseUrl: string;
  /** `undefined` where none is needed, as for most local servers. */
  readonly key: ApiKey | undefined;
  /** Names of environment variables that could hold a key: for the sentence that asks for one. */
  readonly keyNames: readonly string[];
  readonly limits: ModelLimits;
  readonly price: ModelPrice | undefined;
  readonly features: ReadonlySet<ModelFeature>;
  readonly reasoning: ReasoningEffort;
  /** The library's own record of the model, which carries the vendor's quirks; `undefined` for an unknown one. */
  readonly record: VendorRecord<Api> | undefined;
};

/** `provider/model`, as a person writes it. */
export function idOf(target: WireTarget): string {
  return `${target.provider}/${target.model}`;
}
