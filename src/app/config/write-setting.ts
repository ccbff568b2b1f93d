import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Document } from "yaml";
import { AgentError } from "../../protocol/agent-error.ts";
import { settingsFile, knownKey } from "./load-settings.ts";
import { settingValue } from "./setting-value.ts";
import { specOf } from "./settings-table.ts";

/**
 * Sets one value in `settings.yaml`; comments and order survive, and the file is replaced whole or not at all.
 * Throws `bad-settings` for an unknown key, a value of the wrong kind or a file that does not parse.
 */
export async function writeSetting(home: string, name: string, raw: string): Promise<void> {
  const key = knownKey(name, "hermes config set");
  const value = settingValue(key, raw, specOf(key));
  await changeSettings(home, (document) => document.setIn(key.split("."), value));
}

/** Adds rules such as `allow execute terminal npm test *` to `settings.yaml`; those that are there already stay once. */
export async function addRules(home: string, rules: readonly string[]): Promise<void> {
  const path = ["approvals", "rules"];
  await changeSettings(home, (document) => {
    const { approvals } = (document.toJS() ?? {}) as { approvals?: { rules?: unknown } };
    const known = JSON.stringify(approvals?.rules ?? []);
    const entries = rules.map((rule) => ({ [rule.split(" ", 1)[0] ?? ""]: rule.slice(rule.indexOf(" ") + 1) }));
    const missing = entries.filter((entry) => !known.includes(JSON.stringify(entry)));
    if (missing.length === 0) return;
    if (!Array.isArray(approvals?.rules)) document.setIn(path, document.createNode([]));
    for (const entry of missing) document.addIn(path, document.createNode(entry));
  });
}

async function changeSettings(home: string, change: (document: Document) => void): Promise<void> {
  const { parseDocument } = await import("yaml");
  const file = settingsFile(home);
  const document: Document = parseDocument(existsSync(file) ? readFileSync(file, "utf8") : "");
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new AgentError("bad-settings", `${file} does not parse: ${problem.message.split("\n")[0]} Mend it first.`);
  }
  change(document);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.${process.pid}.new`;
  writeFileSync(beside, document.toString(), { mode: 0o600, flush: true });
  renameSync(beside, file);
}
