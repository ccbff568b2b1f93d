import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { AgentError } from "../../protocol/agent-error.ts";
import { settingsFile, knownKey } from "./load-settings.ts";
import { settingValue } from "./setting-value.ts";
import { specOf } from "./settings-table.ts";

/**
 * Sets one value in `settings.yaml`; comments and order survive, and the file is replaced whole or not at all.
 * Throws `bad-settings` for an unknown key, a value of the wrong kind or a file that does not parse.
 */
export async function writeSetting(home: string, name: string, raw: string): Promise<void> {
  const { parseDocument } = await import("yaml");
  const key = knownKey(name, "hermes config set");
  const value = settingValue(key, raw, specOf(key));
  const file = settingsFile(home);
  const document = parseDocument(existsSync(file) ? readFileSync(file, "utf8") : "");
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new AgentError("bad-settings", `${file} does not parse: ${problem.message.split("\n")[0]} Mend it first.`);
  }
  document.setIn(key.split("."), value);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.${process.pid}.new`;
  writeFileSync(beside, document.toString(), { mode: 0o600, flush: true });
  renameSync(beside, file);
}
