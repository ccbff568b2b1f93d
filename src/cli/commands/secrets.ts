import { examineSecrets } from "../../app/examine-secrets.ts";
import { openHome, homeFolder } from "../../app/home.ts";
import { vaultOf } from "../../app/open-secrets.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { readHidden } from "../read-hidden.ts";
import { standardInput } from "../standard-input.ts";
import { whenText } from "../../lib/when-text.ts";
import { writeError, writeOut } from "../write-line.ts";

type Vault = ReturnType<typeof vaultOf>;

export async function runSecrets(line: CommandLine): Promise<number> {
  const [action = "list", name, ...rest] = line.words;
  const options = appOptions(line);
  const home = openHome(homeFolder(options.environment), options.notice);
  const vault = vaultOf(home, options);
  if (rest.length > 0) throw new AgentError("bad-usage", valueOnTheLine);
  switch (action) {
    case "list":
      await listSecrets(vault, line.json);
      break;
    case "set":
      await setSecret(vault, nameOf(name, "set"), line);
      break;
    case "remove":
      await vault.remove(nameOf(name, "remove"));
      await writeOut(`${name} is removed. What it opened, it still opens: revoke it where it was made.\n`);
      break;
    case "reveal":
      await reveal(vault, nameOf(name, "reveal"));
      break;
    case "rekey":
      await rekey(vault, line);
      break;
    case "doctor":
      return doctor(await examineSecrets(home, options, vault));
    case "help":
      await writeOut(help);
      break;
    default:
      throw new AgentError("bad-usage", `There is no hermes secrets ${action}: see hermes secrets help.`);
  }
  return exitCodes.done;
}

const valueOnTheLine =
  "A value does not belong on the command line, where other programs see it: hermes secrets set NAME asks for it, or reads it from standard input.";

const help = `hermes secrets list [--json]             names, and since when; needs no key
hermes secrets set NAME                  asks for the value, or reads it from standard input
hermes secrets set NAME --from-env VAR   takes it from a variable
hermes secrets remove NAME
hermes secrets reveal NAME               shows the value, at a terminal only
hermes secrets rekey [--passphrase]      a new key, in a file or from a passphrase
hermes secrets doctor                    what is wrong, and what all this does not protect

In settings.yaml a value is \${secret:NAME}. The model sees names; a command that was allowed to gets the value as a
variable. A stored OPENROUTER_API_KEY (or another provider's) is used as if it were in the environment.
`;

function nameOf(name: string | undefined, action: string): string {
  if (name !== undefined) return name;
  throw new AgentError(
    "bad-usage",
    `Which secret? hermes secrets ${action} NAME; hermes secrets list shows the names.`,
  );
}

async function listSecrets(vault: Vault, json: boolean): Promise<void> {
  const entries = vault.list();
  const rows = json
    ? entries.map((entry) => `${JSON.stringify(entry)}\n`)
    : entries.map(({ name, setAt }) => `${name.padEnd(32)} since ${whenText(setAt)}\n`);
  await writeOut(rows.join("") || (json ? "" : "No secrets yet: hermes secrets set NAME stores one.\n"));
}

async function setSecret(vault: Vault, name: string, line: CommandLine): Promise<void> {
  const isFirst = vault.keyKind() === undefined;
  await vault.set(name, await valueFor(name, line));
  await writeOut(`${name} is stored.\n`);
  if (isFirst) await writeError(`hermes: ${whatItIsWorth}\n`);
}

const whatItIsWorth =
  "the values are encrypted in the home, and their key is a file of yours outside of it. That protects copies of the home, not " +
  "against a program that runs as you: hermes secrets rekey --passphrase keeps no key on the disk. hermes secrets doctor says more.";

async function valueFor(name: string, line: CommandLine): Promise<string> {
  if (line.fromVariable !== undefined) {
    const value = appOptions(line).environment[line.fromVariable] ?? "";
    if (value !== "") return value;
    throw new AgentError(
      "bad-usage",
      `The variable ${line.fromVariable} is not set or empty: set and export it first.`,
    );
  }
  if (process.stdin.isTTY) return readHidden(`Value of ${name}: `);
  const text = new TextDecoder("utf-8", { fatal: true }).decode(await standardInput("The value"));
  return text.replace(/\r?\n$/, ""); // `echo` and most files end their last line
}

async function reveal(vault: Vault, name: string): Promise<void> {
  if (!process.stdout.isTTY || !process.stdin.isTTY) {
    throw new AgentError("bad-usage", "A value is shown at a terminal only, so that no program reads it by accident.");
  }
  const value = (await vault.values()).get(name);
  if (value === undefined)
    throw new AgentError("not-found", `There is no secret ${name}: hermes secrets list shows the names.`);
  await writeOut(`${value}\n`);
}

async function rekey(vault: Vault, line: CommandLine): Promise<void> {
  const passphrase = line.passphrase ? await newPassphrase(line) : undefined;
  await vault.rekey(passphrase);
  const where = passphrase === undefined ? "in a file of yours outside the home" : "nowhere but in the passphrase";
  await writeOut(`The secrets have a new key; it is ${where}.\n`);
}

const shortestPassphrase = 8;

async function newPassphrase(line: CommandLine): Promise<string> {
  const { HERMES_NEW_PASSPHRASE: given = "" } = appOptions(line).environment;
  const passphrase = given === "" ? await readHidden("New passphrase: ") : given;
  if (passphrase.length < shortestPassphrase) {
    throw new AgentError("bad-usage", `A passphrase needs ${shortestPassphrase} characters or more.`);
  }
  if (given === "" && (await readHidden("Once more: ")) !== passphrase) {
    throw new AgentError("bad-usage", "The two passphrases differ; nothing was changed.");
  }
  return passphrase;
}

async function doctor(findings: Awaited<ReturnType<typeof examineSecrets>>): Promise<number> {
  for (const problem of findings.problems) await writeOut(`✗ ${problem}\n`);
  for (const fact of findings.facts) await writeOut(`· ${fact}\n`);
  return findings.problems.length === 0 ? exitCodes.done : exitCodes.failed;
}
