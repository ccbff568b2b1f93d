import { AgentError } from "../../protocol/agent-error.ts";
import type { Settings } from "./load-settings.ts";
import type { SettingValue } from "./setting-value.ts";

const reference = /\$\{secret:([^}]*)\}/g;
const plainKeys: ReadonlySet<string> = new Set(["model.api_key"]);

/**
 * The settings with the values that `${secret:NAME}` stands for: to be used, never to be shown. Throws `bad-settings` for
 * a secret that is not there, and for a key that is written out.
 */
export function withSecretValues(
  settings: Settings,
  { values, locked }: { readonly values: ReadonlyMap<string, string>; readonly locked: AgentError | undefined },
): Settings {
  const valueOf = (key: string, name: string): string => {
    const value = values.get(name);
    if (value !== undefined) return value;
    if (locked !== undefined) throw locked;
    throw new AgentError(
      "bad-settings",
      `The setting ${key} names the secret ${name}, which is not stored: hermes secrets set ${name} stores it.`,
    );
  };
  const resolved = [...settings.values].map(([key, setting]) => {
    if (plainKeys.has(key)) requireReference(key, setting.value);
    const text = (raw: string): string => raw.replaceAll(reference, (_, name: string) => valueOf(key, name));
    return [key, { ...setting, value: inTexts(setting.value, text) }] as const;
  });
  return { ...settings, values: new Map(resolved) };
}

function inTexts(value: SettingValue, change: (text: string) => string): SettingValue {
  if (typeof value === "number") return value;
  return typeof value === "string" ? change(value) : value.map(change);
}

function requireReference(key: string, value: SettingValue): void {
  if (typeof value !== "string" || value === "" || value.replaceAll(reference, "").trim() === "") return;
  throw new AgentError(
    "bad-settings",
    `The setting ${key} holds a key in plain sight: store it with hermes secrets set NAME, and set ${key} to \${secret:NAME}.`,
  );
}
