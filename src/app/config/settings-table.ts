export type SettingKind = "text" | "number" | "list" | "rules" | readonly string[];

export type SettingSpec = {
  readonly kind: SettingKind;
  readonly meaning: string;
  /** The variable that overrides the file. */
  readonly variable?: string;
  readonly fallback?: string | number;
};

/** Every setting there is: one line each. `hermes config list` and the warnings about unknown keys read it. */
export const settingsTable = {
  "model.main": { kind: "text", meaning: "the model that does the work, as provider/model", variable: "HERMES_MODEL" },
  "model.auxiliary": { kind: "text", meaning: "the model for summaries; the main one when absent" },
  "model.fallbacks": { kind: "list", meaning: "models to go on with when the main one fails, in order" },
  "model.base_url": { kind: "text", meaning: "your own endpoint", variable: "HERMES_BASE_URL" },
  "model.api": {
    kind: ["openai-chat", "openai-responses", "anthropic-messages"],
    meaning: "what your own endpoint speaks",
    variable: "HERMES_API",
    fallback: "openai-chat",
  },
  "model.api_key": { kind: "text", meaning: "the key of your own endpoint, as ${secret:NAME}" },
  "model.provider_urls": { kind: "list", meaning: "other addresses of known providers, as openrouter=https://…" },
  "model.context_tokens": { kind: "number", meaning: "the window of the model, when it is not known or smaller" },
  "model.output_tokens": { kind: "number", meaning: "the longest answer to ask for" },
  "model.text_tool_calls": {
    kind: ["auto", "on", "off"],
    meaning: "write tool calls as text, for models without native ones",
    fallback: "auto",
  },
  "model.first_byte_seconds": { kind: "number", meaning: "how long to wait for an answer to begin (300, local 900)" },
  "model.between_bytes_seconds": { kind: "number", meaning: "how long an answer may pause (120)" },
  "model.call_seconds": { kind: "number", meaning: "how long one call may take with all retries (600, local 1200)" },
  "model.budgets.run_usd": { kind: "number", meaning: "dollars that one run may cost" },
  "model.budgets.day_usd": { kind: "number", meaning: "dollars that one day may cost" },
  "model.budgets.run_tokens": { kind: "number", meaning: "tokens that one run may use" },
  "model.budgets.day_tokens": { kind: "number", meaning: "tokens that one day may use" },
  "limits.steps": { kind: "number", meaning: "model calls in one run", fallback: 250 },
  "limits.minutes": { kind: "number", meaning: "minutes that one run may take", fallback: 120 },
  "approvals.rules": { kind: "rules", meaning: "what is allowed, asked or denied beyond the defaults" },
  "workspaces.local.sandbox": {
    kind: ["auto", "off", "required"],
    meaning: "keep commands away from Hermes' own files: where it works, never, or no command without",
    fallback: "auto",
  },
  "workspaces.local.environment": {
    kind: "list",
    meaning: "variables that commands may see beside the usual ones",
  },
  "recall.summary_seconds": { kind: "number", meaning: "how long a summary of past sessions may take", fallback: 20 },
  "recall.hint_milliseconds": {
    kind: "number",
    meaning: "how long a message that points back waits for hints; 0 gives none",
    fallback: 150,
  },
  "secrets.masking": {
    kind: ["all", "known"],
    meaning:
      "all masks what looks like a key or card number too, known only stored secrets and keys of the environment",
    fallback: "all",
  },
  "checkpoints.mode": {
    kind: ["auto", "required", "off"],
    meaning: "keep what files were, for hermes workspace undo; required refuses what cannot be kept",
    fallback: "auto",
  },
  "checkpoints.keep_mb": {
    kind: "number",
    meaning: "how much the checkpoints of one folder may take; the oldest go first",
    fallback: 2048,
  },
  "workspaces.default": { kind: ["local"], meaning: "the place where commands run", fallback: "local" },
  "store.durability": {
    kind: ["normal", "full"],
    meaning: "full also survives a power cut, and is slower",
    fallback: "normal",
  },
} as const satisfies Readonly<Record<string, SettingSpec>>;

export type SettingKey = keyof typeof settingsTable;

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingsTable, key);
}

export function specOf(key: SettingKey): SettingSpec {
  return settingsTable[key];
}
