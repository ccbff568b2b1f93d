import type { Api, Model as VendorRecord } from "@earendil-works/pi-ai";
import type { WireApi } from "./wire/wire-api.ts";

export type Provider = {
  /** The word before the slash in `provider/model`. */
  readonly id: string;
  readonly title: string;
  /** Environment variables that may hold a key, in order; empty for servers that need none. */
  readonly keyNames: readonly string[];
  readonly baseUrl: string;
  readonly api: WireApi;
  /** Prices, limits and quirks of its models, loaded only when asked for; absent where nobody keeps such a list. */
  readonly records?: () => Promise<object>;
  /** Runs on the person's own machine. */
  readonly isLocal?: true;
};

/** Loads a provider's models by name. The library's modules export one table each. */
export async function loadRecords(provider: Provider): Promise<ReadonlyMap<string, VendorRecord<Api>>> {
  if (provider.records === undefined) return new Map();
  const [table] = Object.values(await provider.records()) as readonly Record<string, VendorRecord<Api>>[];
  return new Map(Object.entries(table ?? {}));
}

/** One line each; a new vendor needs nothing else. */
export const catalogue: readonly Provider[] = [
  {
    id: "openrouter",
    title: "OpenRouter",
    keyNames: ["OPENROUTER_API_KEY"],
    baseUrl: "https://openrouter.ai/api/v1",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/openrouter.models"),
  },
  {
    id: "openai",
    title: "OpenAI",
    keyNames: ["OPENAI_API_KEY"],
    baseUrl: "https://api.openai.com/v1",
    api: "openai-responses",
    records: () => import("@earendil-works/pi-ai/providers/openai.models"),
  },
  {
    id: "anthropic",
    title: "Anthropic",
    keyNames: ["ANTHROPIC_API_KEY"],
    baseUrl: "https://api.anthropic.com",
    api: "anthropic-messages",
    records: () => import("@earendil-works/pi-ai/providers/anthropic.models"),
  },
  {
    id: "nous",
    title: "Nous Portal",
    keyNames: ["NOUS_API_KEY"],
    baseUrl: "https://inference-api.nousresearch.com/v1",
    api: "openai-chat",
  },
  {
    id: "zai",
    title: "Z.ai",
    keyNames: ["ZAI_API_KEY"],
    baseUrl: "https://api.z.ai/api/paas/v4",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/zai.models"),
  },
  {
    id: "moonshot",
    title: "Moonshot (Kimi)",
    keyNames: ["MOONSHOT_API_KEY", "KIMI_API_KEY"],
    baseUrl: "https://api.moonshot.ai/v1",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/moonshotai.models"),
  },
  {
    id: "kimi-coding",
    title: "Kimi for coding",
    keyNames: ["KIMI_CODING_API_KEY"],
    baseUrl: "https://api.kimi.com/coding",
    api: "anthropic-messages",
    records: () => import("@earendil-works/pi-ai/providers/kimi-coding.models"),
  },
  {
    id: "minimax",
    title: "MiniMax",
    keyNames: ["MINIMAX_API_KEY"],
    baseUrl: "https://api.minimax.io/anthropic",
    api: "anthropic-messages",
    records: () => import("@earendil-works/pi-ai/providers/minimax.models"),
  },
  {
    id: "gemini",
    title: "Google Gemini",
    keyNames: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/google.models"),
  },
  {
    id: "deepseek",
    title: "DeepSeek",
    keyNames: ["DEEPSEEK_API_KEY"],
    baseUrl: "https://api.deepseek.com",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/deepseek.models"),
  },
  {
    id: "mistral",
    title: "Mistral",
    keyNames: ["MISTRAL_API_KEY"],
    baseUrl: "https://api.mistral.ai/v1",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/mistral.models"),
  },
  {
    id: "groq",
    title: "Groq",
    keyNames: ["GROQ_API_KEY"],
    baseUrl: "https://api.groq.com/openai/v1",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/groq.models"),
  },
  {
    id: "xai",
    title: "xAI",
    keyNames: ["XAI_API_KEY"],
    baseUrl: "https://api.x.ai/v1",
    api: "openai-responses",
    records: () => import("@earendil-works/pi-ai/providers/xai.models"),
  },
  {
    id: "together",
    title: "Together",
    keyNames: ["TOGETHER_API_KEY"],
    baseUrl: "https://api.together.ai/v1",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/together.models"),
  },
  {
    id: "fireworks",
    title: "Fireworks",
    keyNames: ["FIREWORKS_API_KEY"],
    baseUrl: "https://api.fireworks.ai/inference/v1",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/fireworks.models"),
  },
  {
    id: "cerebras",
    title: "Cerebras",
    keyNames: ["CEREBRAS_API_KEY"],
    baseUrl: "https://api.cerebras.ai/v1",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/cerebras.models"),
  },
  {
    id: "huggingface",
    title: "Hugging Face",
    keyNames: ["HF_TOKEN"],
    baseUrl: "https://router.huggingface.co/v1",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/huggingface.models"),
  },
  {
    id: "nvidia",
    title: "NVIDIA",
    keyNames: ["NVIDIA_API_KEY"],
    baseUrl: "https://integrate.api.nvidia.com/v1",
    api: "openai-chat",
    records: () => import("@earendil-works/pi-ai/providers/nvidia.models"),
  },
  {
    id: "ollama",
    title: "Ollama",
    keyNames: [],
    baseUrl: "http://127.0.0.1:11434/v1",
    api: "openai-chat",
    isLocal: true,
  },
  {
    id: "lmstudio",
    title: "LM Studio",
    keyNames: [],
    baseUrl: "http://127.0.0.1:1234/v1",
    api: "openai-chat",
    isLocal: true,
  },
  {
    id: "llamacpp",
    title: "llama.cpp",
    keyNames: [],
    baseUrl: "http://127.0.0.1:8080/v1",
    api: "openai-chat",
    isLocal: true,
  },
  { id: "vllm", title: "vLLM", keyNames: [], baseUrl: "http://127.0.0.1:8000/v1", api: "openai-chat", isLocal: true },
];
