import type { CommandReading } from "./command-reading.ts";
import { needsOf } from "./command-needs.ts";
import { exactCommands } from "./exact-commands.ts";
import { possibleCommands } from "./look-through.ts";
import { networkUse } from "./network-use.ts";
import { readScript } from "./read-script.ts";

/** Of a text that is more than a surely reading line. */
export function throughGrammar(text: string): CommandReading {
  const script = readScript(text);
  const possible = possibleCommands(script, readScript);
  const needs = needsOf(script);
  return {
    target: { text, exact: exactCommands(script), possible },
    needs,
    floor: { text, script, possible, needs },
    doubts: script.doubts,
    network: networkUse(possible),
  };
}
