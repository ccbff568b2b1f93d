import type {
  AssistantMessageEventStream,
  Context,
  SimpleStreamOptions,
  TranscriptContext,
} from "@earendil-works/pi-ai";
import type { Api, Model as VendorRecord } from "@earendil-works/pi-ai";
import type { WireApi } from "./wire-api.ts";

export type Wire = {
  stream(
    model: VendorRecord<Api>,
    context: TranscriptContext,
    options: SimpleStreamOptions,
  ): AssistantMessageEventStream;
  normalize(context: Context): TranscriptContext;
};

/** Loads the one library module that speaks `api`, and nothing of the others: each costs start-up time and memory. */
export async function loadWire(api: WireApi): Promise<Wire> {
  const [wire, transcript] = await Promise.all([loaders[api](), import("@earendil-works/pi-ai/utils/transcript")]);
  return { stream: wire.streamSimple, normalize: transcript.normalizeContext };
}

const loaders = {
  "openai-chat": () => import("@earendil-works/pi-ai/api/openai-completions"),
  "openai-responses": () => import("@earendil-works/pi-ai/api/openai-responses"),
  "anthropic-messages": () => import("@earendil-works/pi-ai/api/anthropic-messages"),
};
