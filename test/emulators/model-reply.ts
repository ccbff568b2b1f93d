export type EmulatedApi = "openai-chat" | "openai-responses" | "anthropic-messages";

export type EmulatedCall = {
  /** Absent: the emulator makes one. `""` sends none, as some servers do. */
  readonly id?: string;
  readonly name: string;
  /** A string is sent as it is, so that broken JSON can be sent. */
  readonly arguments: string | object;
};

export type EmulatedUsage = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
};

export type EmulatedReply = {
  readonly reasoning?: string;
  readonly text?: string;
  readonly calls?: readonly EmulatedCall[];
  readonly stop?: "stop" | "length";
  readonly usage?: EmulatedUsage;
  /** Characters per event; 8 when absent. */
  readonly pieceLength?: number;
  readonly pieceDelayMs?: number;
  /** What goes wrong, after that many events where it says so. */
  readonly fault?: EmulatedFault;
};

export type EmulatedFault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: string | object;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: "html"; readonly status?: number }
  /** The request is accepted and never answered. */
  | { readonly kind: "silence" }
  | { readonly kind: "stall"; readonly after: number }
  /** The connection is torn down. */
  | { readonly kind: "cut"; readonly after: number }
  /** The body ends properly, without the events that end an answer. */
  | { readonly kind: "half-close"; readonly after: number }
  /** An error event inside the stream. */
  | { readonly kind: "error-event"; readonly after: number; readonly body: object }
  /** One JSON document although a stream was asked for. */
  | { readonly kind: "unstreamed" };

/** The words with which vendors say that a prompt is too long. */
export const overflowTexts: readonly { readonly vendor: string; readonly status: number; readonly body: object }[] = [
  {
    vendor: "OpenAI",
    status: 400,
    body: {
      error: {
        message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
        code: "context_length_exceeded",
      },
    },
  },
  {
    vendor: "Anthropic",
    status: 400,
    body: {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
    },
  },
  {
    vendor: "llama.cpp",
    status: 400,
    body: {
      error: {
        code: 400,
        message: "the request exceeds the available context size",
        type: "exceed_context_size_error",
      },
    },
  },
  {
    vendor: "OpenRouter",
    status: 400,
    body: { error: { message: "This endpoint's maximum context length is 4096 tokens", code: 400 } },
  },
  {
    vendor: "Gemini",
    status: 400,
    body: [
      { error: { code: 400, message: "The input token count (99) exceeds the maximum number of tokens allowed (9)" } },
    ],
  },
  {
    vendor: "LM Studio",
    status: 400,
    body: { error: "tokens to keep from the initial prompt is greater than the context length" },
  },
  {
    vendor: "Groq",
    status: 413,
    body: { error: { message: "Please reduce the length of the messages or completion." } },
  },
  { vendor: "z.ai", status: 400, body: { error: { code: "1261", message: "Prompt too long" } } },
];

export function argumentsText(call: EmulatedCall): string {
  return typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments);
}

export function piecesOf(text: string, length = 8): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += length) pieces.push(text.slice(at, at + length));
  return pieces;
}

export function usageOf(reply: EmulatedReply): Required<EmulatedUsage> {
  return { cacheRead: 0, cacheWrite: 0, reasoning: 0, ...(reply.usage ?? { input: 100, output: 20 }) };
}
