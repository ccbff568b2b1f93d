/** What is used when a provider's key is set and no model is chosen: capable, and not the dearest. By provider. */
export const defaultModels: Readonly<Record<string, string>> = {
  openrouter: "anthropic/claude-sonnet-5",
  anthropic: "claude-sonnet-5",
  openai: "gpt-5.4",
  gemini: "gemini-3.5-flash",
  zai: "glm-5.2",
  moonshot: "kimi-k2.6",
  minimax: "MiniMax-M3",
  deepseek: "deepseek-flash",
};
