import { restore } from "../../app/backup/back-up.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { whenText } from "../../lib/when-text.ts";
import { writeOut } from "../write-line.ts";

export async function runRestore(line: CommandLine): Promise<number> {
  const [file, extra] = line.words;
  if (file === undefined || extra !== undefined)
    throw new AgentError("bad-usage", "From which file? hermes restore FILE [--into HOME].");
  const { home, keptAs, manifest } = await restore({ file, into: line.into, force: line.force }, appOptions(line));
  if (line.json) {
    await writeOut(`${JSON.stringify({ home, keptAs: keptAs ?? null, createdAt: manifest.createdAt })}\n`);
    return exitCodes.done;
  }
  const secrets = manifest.hasSecrets ? "" : " Secrets were not in it: hermes secrets set NAME stores them again.";
  const kept = keptAs === undefined ? "" : ` The home before it is ${keptAs}; remove it when you do not need it.`;
  await writeOut(`${home} is as it was ${whenText(manifest.createdAt)}.${secrets}${kept}\n`);
  return exitCodes.done;
}
