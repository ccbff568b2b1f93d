import { backUp } from "../../app/backup/back-up.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { writeError, writeOut } from "../write-line.ts";

export async function runBackup(line: CommandLine): Promise<number> {
  const [target, extra] = line.words;
  if (target === undefined || extra !== undefined)
    throw new AgentError("bad-usage", "Into which file? hermes backup FILE, as in hermes backup ~/hermes-backup.");
  const { force, withoutSecrets, passphrase: wantsPassphrase } = line;
  const made = await backUp({ target, force, withoutSecrets, wantsPassphrase }, appOptions(line));
  if (line.json) await writeOut(`${JSON.stringify(made)}\n`);
  else await writeOut(`${made.path}: ${made.files} files, ${(made.bytes / 1e6).toFixed(1)} MB.\n`);
  for (const name of made.masked)
    await writeError(`hermes: what looks like a key in ${name} is masked in the backup.\n`);
  const kind = made.isEncrypted
    ? "it is encrypted, secrets included: without its passphrase nobody opens it, you neither"
    : "it is not encrypted: no secret is in it, but everything that was said is";
  await writeError(`hermes: ${kind}. hermes restore FILE --into FOLDER tries it.\n`);
  return exitCodes.done;
}
