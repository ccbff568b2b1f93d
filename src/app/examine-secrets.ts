import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { AgentError } from "../protocol/agent-error.ts";
import { SecretFinder } from "../secrets/find-secrets.ts";
import type { SecretVault } from "../secrets/secret-vault.ts";
import type { AppOptions } from "./app-options.ts";
import { settingsFile } from "./config/load-settings.ts";
import { keyFolder, type Home } from "./home.ts";

export type SecretFindings = {
  /** Each ends with what to do. */
  readonly problems: readonly string[];
  /** What holds, and what it does not protect. */
  readonly facts: readonly string[];
};

/** Looks at files, modes and keys; says plainly what the whole is worth. */
export async function examineSecrets(home: Home, options: AppOptions, vault: SecretVault): Promise<SecretFindings> {
  const folder = keyFolder(options.environment);
  const problems = [
    ...openToOthers(home.secrets),
    ...openToOthers(home.folder),
    ...openToOthers(folder),
    ...(await keyProblems(vault)),
    ...keyBesideHome(folder, home.folder),
    ...plainIn(settingsFile(home.folder)),
    ...plainIn(join(home.folder, "SOUL.md")),
  ];
  return { problems, facts: factsOf(vault, folder) };
}

function openToOthers(path: string): readonly string[] {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined || (info.mode & 0o077) === 0) return [];
  return [`${path} can be read by others: chmod ${info.isDirectory() ? "700" : "600"} ${path}`];
}

async function keyProblems(vault: SecretVault): Promise<readonly string[]> {
  try {
    await vault.values();
    return [];
  } catch (error) {
    if (error instanceof AgentError) return [error.message];
    throw error;
  }
}

function keyBesideHome(folder: string, home: string): readonly string[] {
  if (!folder.startsWith(`${home}/`)) return [];
  return [`The keys lie in the home (${folder}), so that a copy of it opens everything: set XDG_DATA_HOME elsewhere.`];
}

function plainIn(path: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return []; // most homes have no such file
  }
  const lines = new SecretFinder([]).find(text).map(({ start }) => text.slice(0, start).split("\n").length);
  return [...new Set(lines)].map(
    (line) => `${path}:${line} holds a key in plain sight: hermes secrets set NAME, and write \${secret:NAME} there.`,
  );
}

function factsOf(vault: SecretVault, folder: string): readonly string[] {
  const kind = vault.keyKind();
  const kept = {
    file: `The key is a file in ${folder}. It protects a stolen copy or backup of the home. It does not protect against a program that runs as you: that can read both. hermes secrets rekey --passphrase keeps no key on the disk.`,
    passphrase:
      "The key comes from a passphrase. While Hermes runs, the values are in its memory; a HERMES_SECRETS_PASSPHRASE in the environment can be read by programs that run as you.",
  };
  return [
    kind === undefined ? "No secrets are stored." : kept[kind],
    "A command that is given a value can do with it what it likes: send it, write it to a file. What it prints is masked, as it is and in base64, hexadecimal and percent-encoded; other encodings are not seen through.",
    "The keychain of the system is not used.",
  ];
}
