import { randomBytes, scrypt } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AgentError } from "../protocol/agent-error.ts";
import type { PassphraseKey, SecretFile } from "./secret-file.ts";
import { writeWhole } from "./write-whole.ts";

const keyBytes = 32;
const scryptCost = 2 ** 15; // 32 MB and about 0.1 s a try
const maxCost = 2 ** 20;

/** Where keys come from: a folder of this user outside the home, or somebody who knows the passphrase. */
export type KeyPlace = {
  /** Absolute; made when a key is. */
  readonly keyFolder: string;
  /** `undefined` when nobody can say it. */
  readonly passphrase: () => Promise<string | undefined>;
};

export function newKeyId(): string {
  return randomBytes(8).toString("hex");
}

export function keyFile(keyFolder: string, keyId: string): string {
  return join(keyFolder, `${keyId}.key`);
}

/** Makes a key and keeps it in the folder. */
export function makeKeyFile(keyFolder: string, keyId: string): Uint8Array {
  const key = randomBytes(keyBytes);
  writeWhole(keyFile(keyFolder, keyId), Buffer.from(`${key.toString("base64")}\n`));
  return key;
}

export function removeKeyFile(keyFolder: string, keyId: string): void {
  rmSync(keyFile(keyFolder, keyId), { force: true });
}

/** Rejects with `bad-data` when the key is not there, and with `bad-usage` when nobody says the passphrase. */
export async function keyOf(file: SecretFile, place: KeyPlace): Promise<Uint8Array> {
  if (file.key.kind === "file") return keyFromFile(keyFile(place.keyFolder, file.keyId));
  const passphrase = await place.passphrase();
  if (passphrase === undefined) {
    throw new AgentError("bad-usage", "The secrets are locked: set HERMES_SECRETS_PASSPHRASE, or start at a terminal.");
  }
  return keyFromPassphrase(passphrase, file.key);
}

export function newPassphraseKey(): PassphraseKey {
  return { kind: "passphrase", salt: randomBytes(16).toString("base64"), cost: scryptCost };
}

export function keyFromPassphrase(passphrase: string, { salt, cost }: PassphraseKey): Promise<Uint8Array> {
  if (!Number.isInteger(Math.log2(cost)) || cost < 2 || cost > maxCost) {
    return Promise.reject(new AgentError("bad-data", "The passphrase settings are damaged: bring back a backup."));
  }
  const options = { N: cost, r: 8, p: 1, maxmem: 256 * cost * 8 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFC"), Buffer.from(salt, "base64"), keyBytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function keyFromFile(path: string): Uint8Array {
  try {
    const key = Buffer.from(readFileSync(path, "utf8"), "base64");
    if (key.length === keyBytes) return key;
  } catch {
    // told below, with a missing one
  }
  const text = `The key of the secrets is missing or damaged (${path}): bring it back, or remove the secrets and set them again.`;
  throw new AgentError("bad-data", text);
}
