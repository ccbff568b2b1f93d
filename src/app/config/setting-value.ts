import { AgentError } from "../../protocol/agent-error.ts";
import type { SettingSpec } from "./settings-table.ts";

/** A rule is `{ allow | ask | deny: "EFFECT [TOOL] GLOB" }` in the file and `verdict EFFECT [TOOL] GLOB` here. */
export type SettingValue = string | number | readonly string[];

/** Makes what a file, variable or flag says into a value of the setting's kind; throws `bad-settings` with the fix. */
export function settingValue(key: string, raw: unknown, spec: SettingSpec): SettingValue {
  const { kind } = spec;
  if (kind === "number") return numberOf(key, raw);
  if (kind === "list") return listOf(key, raw);
  if (kind === "rules") return rulesOf(key, raw);
  if (typeof raw !== "string" && typeof raw !== "number") throw refused(key, raw, "a text");
  const text = String(raw).trim();
  if (kind === "text" || kind.includes(text)) return text;
  throw refused(key, raw, `one of ${kind.join(", ")}`);
}

function numberOf(key: string, raw: unknown): number {
  const value = typeof raw === "string" && raw.trim() !== "" ? Number(raw) : raw;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw refused(key, raw, "a number, 0 or more");
}

function listOf(key: string, raw: unknown): readonly string[] {
  const items: unknown = typeof raw === "string" ? raw.split(",").map((item) => item.trim()) : raw;
  if (Array.isArray(items) && items.every((item) => typeof item === "string"))
    return items.filter((item) => item !== "");
  throw refused(key, raw, "a list of texts");
}

function rulesOf(key: string, raw: unknown): readonly string[] {
  if (typeof raw === "string") throw refused(key, raw, "a list of rules: write them in settings.yaml");
  if (!Array.isArray(raw)) throw refused(key, raw, "a list of rules");
  return raw.map((rule: unknown) => {
    const entries = typeof rule === "object" && rule !== null ? Object.entries(rule) : [];
    const [verdict, pattern] = entries[0] ?? [];
    if (entries.length === 1 && isVerdict(verdict) && typeof pattern === "string") return `${verdict} ${pattern}`;
    throw refused(key, rule, 'rules such as { allow: "execute terminal git status*" }');
  });
}

function isVerdict(word: unknown): boolean {
  return word === "allow" || word === "ask" || word === "deny";
}

function refused(key: string, raw: unknown, wanted: string): AgentError {
  return new AgentError("bad-settings", `The setting ${key} is ${JSON.stringify(raw)}, but must be ${wanted}.`);
}
