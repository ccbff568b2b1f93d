import { copyFileSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { nearestNames } from "../../lib/edit-distance.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import type { Environment } from "./environment.ts";
import { isSettingKey, settingsTable, specOf, type SettingKey } from "./settings-table.ts";
import { settingValue, type SettingValue } from "./setting-value.ts";

export type Setting = { readonly value: SettingValue; readonly origin: "flag" | "environment" | "file" | "default" };

export type Settings = {
  readonly values: ReadonlyMap<SettingKey, Setting>;
  /** Sentences for the person: unknown keys, a broken file that was replaced by its last good copy. */
  readonly warnings: readonly string[];
};

export type SettingsSources = {
  readonly home: string;
  readonly environment: Environment;
  /** `--set a.b=c`, in order. */
  readonly flags: readonly string[];
};

/** Flag before environment before `settings.yaml` before default. Throws `bad-settings` for a bad flag or variable. */
export async function loadSettings(sources: SettingsSources): Promise<Settings> {
  const warnings: string[] = [];
  const values = new Map<SettingKey, Setting>();
  for (const [key, spec] of Object.entries(settingsTable)) {
    if (isSettingKey(key) && "fallback" in spec) values.set(key, { value: spec.fallback, origin: "default" });
  }
  for (const [key, value] of await fileValues(sources.home, warnings)) values.set(key, { value, origin: "file" });
  for (const [key, value] of environmentValues(sources.environment)) values.set(key, { value, origin: "environment" });
  for (const [key, value] of flagValues(sources.flags)) values.set(key, { value, origin: "flag" });
  return { values, warnings };
}

export function textSetting(settings: Settings, key: SettingKey): string | undefined {
  const value = settings.values.get(key)?.value;
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberSetting(settings: Settings, key: SettingKey): number | undefined {
  const value = settings.values.get(key)?.value;
  return typeof value === "number" ? value : undefined;
}

export function listSetting(settings: Settings, key: SettingKey): readonly string[] {
  const value = settings.values.get(key)?.value;
  return typeof value === "object" ? value : [];
}

export function settingsFile(home: string): string {
  return join(home, "settings.yaml");
}

type FoundValues = readonly (readonly [SettingKey, SettingValue])[];

async function fileValues(home: string, warnings: string[]): Promise<FoundValues> {
  const file = settingsFile(home);
  const lastGood = join(home, "cache", "settings.last-good.yaml");
  if (!exists(file)) return [];
  try {
    const read = await readValues(file, warnings);
    keepCopy(file, lastGood);
    return read;
  } catch (error) {
    const problem = error instanceof Error ? error.message.split("\n")[0] : String(error);
    if (!exists(lastGood)) {
      throw new AgentError(
        "bad-settings",
        `${file} cannot be used: ${problem} Mend it, or remove it to use the defaults.`,
      );
    }
    warnings.push(`${file} cannot be used: ${problem} The last good copy is in use (${lastGood}); mend the file.`);
    return readValues(lastGood, []);
  }
}

async function readValues(file: string, warnings: string[]): Promise<FoundValues> {
  const { parse } = await import("yaml");
  const content: unknown = parse(readFileSync(file, "utf8"), { prettyErrors: true });
  if (content === null || content === undefined) return [];
  if (typeof content !== "object" || Array.isArray(content))
    throw new Error("it must hold settings such as model: { main: … }.");
  return flattened(content, "").flatMap(([key, raw]) => {
    if (isSettingKey(key)) return [[key, settingValue(key, raw, specOf(key))] as const];
    const similar = nearestNames(key, Object.keys(settingsTable), 1)[0];
    warnings.push(`${file}: there is no setting ${key}${similar === undefined ? "" : `; did you mean ${similar}?`}`);
    return [];
  });
}

function flattened(value: object, prefix: string): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const key = prefix + name;
    const isBranch = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    if (inner === null) return [];
    return isBranch && !isSettingKey(key) ? flattened(inner, `${key}.`) : [[key, inner] as const];
  });
}

function environmentValues(environment: Environment): FoundValues {
  const named = Object.entries(settingsTable).flatMap(([key, spec]) => {
    const raw = "variable" in spec ? environment[spec.variable] : undefined;
    return raw === undefined || raw === "" || !isSettingKey(key) ? [] : [[key, settingValue(key, raw, spec)] as const];
  });
  const general = Object.entries(environment).flatMap(([name, raw]) => {
    if (!name.startsWith("HERMES_SET_") || raw === undefined) return [];
    const key = name.slice("HERMES_SET_".length).toLowerCase().replaceAll("__", ".");
    return [[knownKey(key, name), settingValue(key, raw, specOf(knownKey(key, name)))] as const];
  });
  return [...named, ...general];
}

function flagValues(flags: readonly string[]): FoundValues {
  return flags.map((flag) => {
    const at = flag.indexOf("=");
    if (at < 1)
      throw new AgentError("bad-usage", `--set ${flag} must be --set key=value, such as --set limits.steps=50.`);
    const key = knownKey(flag.slice(0, at), `--set ${flag}`);
    return [key, settingValue(key, flag.slice(at + 1), specOf(key))] as const;
  });
}

export function knownKey(key: string, said: string): SettingKey {
  if (isSettingKey(key)) return key;
  const similar = nearestNames(key, Object.keys(settingsTable), 1)[0];
  const hint = similar === undefined ? "" : ` Did you mean ${similar}?`;
  throw new AgentError("bad-settings", `${said}: there is no setting ${key}.${hint} hermes config list shows them.`);
}

function keepCopy(file: string, copy: string): void {
  if (exists(copy) && statSync(copy).mtimeMs >= statSync(file).mtimeMs) return;
  try {
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(file, copy);
  } catch {
    // a home that cannot be written keeps no copy; its settings hold all the same
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
