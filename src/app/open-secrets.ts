import { randomBytes } from "node:crypto";
import { chmodSync } from "node:fs";
import { systemClock } from "../lib/system-clock.ts";
import { AgentError } from "../protocol/agent-error.ts";
import { catalogue } from "../providers/catalogue.ts";
import type { KnownSecret } from "../secrets/find-secrets.ts";
import { Masker } from "../secrets/masker.ts";
import { SecretVault } from "../secrets/secret-vault.ts";
import { withFileLock } from "../store/with-file-lock.ts";
import type { AppOptions } from "./app-options.ts";
import type { Environment } from "./config/environment.ts";
import { textSetting, type Settings } from "./config/load-settings.ts";
import { keyFolder, type Home } from "./home.ts";
import { ownKey } from "./own-key.ts";

export type OpenSecrets = {
  readonly vault: SecretVault;
  /** By name; empty while the secrets are locked. */
  readonly values: ReadonlyMap<string, string>;
  /** Why `values` is empty although there are secrets. */
  readonly locked: AgentError | undefined;
  readonly masker: Masker;
};

/** The secrets of a home, and what masks them. Secrets that cannot be opened are told when one of them is needed. */
export async function openSecrets(home: Home, settings: Settings, options: AppOptions): Promise<OpenSecrets> {
  const vault = vaultOf(home, options);
  const { values, locked } = await unlocked(vault);
  if (locked !== undefined) options.notice(`${locked.message} Until then they are neither used nor masked.`);
  const stored = [...values].map(([name, value]) => ({ name, value }));
  const masker = new Masker({
    known: [...stored, ...keysIn(options.environment)],
    markKey: options.isEphemeral ? randomBytes(32) : markKey(options.environment),
    shapes: textSetting(settings, "secrets.masking") === "known" ? "none" : "all",
  });
  return { vault, values, locked, masker };
}

export function vaultOf(home: Home, { environment, askPassphrase }: AppOptions): SecretVault {
  const { HERMES_SECRETS_PASSPHRASE: given = "" } = environment;
  return new SecretVault({
    path: home.secrets,
    keyFolder: keyFolder(environment),
    passphrase: () => (given === "" ? askPassphrase("Passphrase of the secrets: ") : Promise.resolve(given)),
    clock: systemClock,
    exclusively: async (work) => {
      const lock = `${home.secrets}.lock`;
      return withFileLock(lock, () => {
        chmodSync(lock, 0o600);
        return work();
      });
    },
  });
}

/** The environment for choosing a model: a stored secret with the name of a provider's key is one. */
export function withStoredKeys(environment: Environment, values: ReadonlyMap<string, string>): Environment {
  const names = new Set(["HERMES_API_KEY", ...catalogue.flatMap(({ keyNames }) => keyNames)]);
  const stored = [...values].filter(([name]) => names.has(name.replace(/_[2-9]$/, "")));
  const given = Object.entries(environment).filter(([, value]) => value !== "");
  return Object.fromEntries([...stored, ...given]);
}

async function unlocked(vault: SecretVault): Promise<Pick<OpenSecrets, "values" | "locked">> {
  try {
    return { values: await vault.values(), locked: undefined };
  } catch (error) {
    if (error instanceof AgentError) return { values: new Map(), locked: error };
    throw error;
  }
}

const keyName = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS)(?:_\d)?$/i;

/** Variables whose name says that they hold one. */
function keysIn(environment: Environment): readonly KnownSecret[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    const isPlace = value === undefined || value.startsWith("/") || value.startsWith("~");
    return isPlace || !keyName.test(name) || !/^\w{1,80}$/.test(name) ? [] : [{ name, value }];
  });
}

/** Made once; without it a mark would tell a guesser of a card number that the guess is right. */
function markKey(environment: Environment): Uint8Array {
  try {
    return ownKey(environment, "marks");
  } catch {
    return randomBytes(32); // marks then differ from process to process, and hide as much
  }
}
