import { homeFolder } from "../../app/home.ts";
import { loadSettings, knownKey, settingsFile, type Settings } from "../../app/config/load-settings.ts";
import { settingsTable, specOf } from "../../app/config/settings-table.ts";
import { writeSetting } from "../../app/config/write-setting.ts";
import { openHome } from "../../app/home.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { writeError, writeOut } from "../write-line.ts";

export async function runConfig(line: CommandLine): Promise<number> {
  const [action = "list", key, ...value] = line.words;
  const { environment, flags, notice } = appOptions(line);
  const home = homeFolder(environment);
  const load = async (): Promise<Settings> => {
    const settings = await loadSettings({ home, environment, flags });
    for (const warning of settings.warnings) await writeError(`hermes: ${warning}\n`);
    return settings;
  };
  switch (action) {
    case "path":
      await writeOut(`${settingsFile(home)}\n`);
      break;
    case "list":
      await writeOut(listing(await load(), line.json));
      break;
    case "get":
      await writeOut(oneSetting(await load(), key, line.json));
      break;
    case "set":
      if (key === undefined || value.length === 0) {
        throw new AgentError("bad-usage", "Set what? hermes config set KEY VALUE; hermes config list shows the keys.");
      }
      await writeSetting(openHome(home, notice).folder, key, value.join(" "));
      await writeOut(`${key} = ${value.join(" ")} (${settingsFile(home)})\n`);
      break;
    default:
      throw new AgentError(
        "bad-usage",
        `There is no hermes config ${action}: list, get KEY, set KEY VALUE and path are there.`,
      );
  }
  return exitCodes.done;
}

function listing(settings: Settings, json: boolean): string {
  return Object.keys(settingsTable)
    .map((name) => {
      const key = knownKey(name, "");
      const { meaning } = specOf(key);
      const found = settings.values.get(key);
      if (json)
        return `${JSON.stringify({ key, value: found?.value ?? null, origin: found?.origin ?? "unset", meaning })}\n`;
      const value = found === undefined ? "(not set)" : `${shown(found.value)}  [${found.origin}]`;
      return `${key}: ${value}\n    ${meaning}\n`;
    })
    .join("");
}

function oneSetting(settings: Settings, name: string | undefined, json: boolean): string {
  if (name === undefined)
    throw new AgentError("bad-usage", "Which setting? hermes config get KEY; hermes config list shows them.");
  const found = settings.values.get(knownKey(name, "hermes config get"));
  if (json) return `${JSON.stringify({ key: name, value: found?.value ?? null, origin: found?.origin ?? "unset" })}\n`;
  if (found === undefined)
    throw new AgentError("not-found", `${name} is not set: hermes config set ${name} VALUE sets it.`);
  return `${shown(found.value)}\n`;
}

function shown(value: string | number | readonly string[]): string {
  return typeof value === "object" ? value.join(", ") : String(value);
}
