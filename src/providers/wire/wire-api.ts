/** The three ways in which model vendors are spoken to. */
export type WireApi = "openai-chat" | "openai-responses" | "anthropic-messages";

export const wireApis: readonly WireApi[] = ["openai-chat", "openai-responses", "anthropic-messages"];
