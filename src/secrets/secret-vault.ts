import { AgentError } from "../protocol/agent-error.ts";
import type { Clock } from "../protocol/clock.ts";
import { readSecretFile, writeSecretFile, type SecretFile } from "./secret-file.ts";
import {
  keyFromPassphrase,
  keyOf,
  makeKeyFile,
  newKeyId,
  newPassphraseKey,
  removeKeyFile,
  type KeyPlace,
} from "./secret-key.ts";
import { shortestSecret } from "./known-forms.ts";
import { checkSecretName } from "./secret-name.ts";
import { seal, unseal } from "./sealed-text.ts";

const checkText = "hermes";
const longestValue = 64 * 1024;

export type VaultParts = KeyPlace & {
  /** The encrypted file in the home. */
  readonly path: string;
  readonly clock: Pick<Clock, "now">;
  /** Runs it while no other process does the same with this file. */
  readonly exclusively: <Result>(work: () => Promise<Result>) => Promise<Result>;
};

export type SecretEntry = { readonly name: string; readonly setAt: number };

/** What is kept in the encrypted file. Nothing stays decrypted in here: every question reads the file again. */
export class SecretVault {
  readonly #parts: VaultParts;

  constructor(parts: VaultParts) {
    this.#parts = parts;
  }

  /** Needs no key. By name. */
  list(): readonly SecretEntry[] {
    const entries = Object.entries(readSecretFile(this.#parts.path)?.entries ?? {});
    return entries.map(([name, { setAt }]) => ({ name, setAt })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** How the file is opened; `undefined` while there is none. */
  keyKind(): "file" | "passphrase" | undefined {
    return readSecretFile(this.#parts.path)?.key.kind;
  }

  /** Every value by name. Rejects with `bad-usage` when locked, `bad-data` when the key does not fit. */
  async values(): Promise<ReadonlyMap<string, string>> {
    const file = readSecretFile(this.#parts.path);
    return file === undefined ? new Map() : valuesOf(file, await this.#open(file));
  }

  /** Rejects with `bad-usage` for a name or value that cannot be used. */
  async set(name: string, value: string): Promise<void> {
    checkSecretName(name);
    checkValue(name, value);
    await this.#parts.exclusively(async () => {
      const file = readSecretFile(this.#parts.path) ?? this.#fresh();
      const key = await this.#open(file);
      const entry = { sealed: seal(value, key, labelOf(file, name)), setAt: this.#parts.clock.now() };
      writeSecretFile(this.#parts.path, { ...file, entries: { ...file.entries, [name]: entry } });
    });
  }

  /** Needs no key. Rejects with `not-found`. */
  async remove(name: string): Promise<void> {
    await this.#parts.exclusively(async () => {
      const file = readSecretFile(this.#parts.path);
      if (file === undefined || !Object.hasOwn(file.entries, name)) throw noSecret(name);
      const entries = Object.fromEntries(Object.entries(file.entries).filter(([each]) => each !== name));
      writeSecretFile(this.#parts.path, { ...file, entries });
      return Promise.resolve();
    });
  }

  /** A new key, in a file or from this passphrase; every value is sealed anew, and the old key is removed last. */
  async rekey(passphrase: string | undefined): Promise<void> {
    await this.#parts.exclusively(async () => {
      const { path, keyFolder } = this.#parts;
      const old = readSecretFile(path);
      const values = old === undefined ? new Map<string, string>() : valuesOf(old, await this.#open(old));
      const { file, key } = await this.#make(passphrase);
      const entries = Object.fromEntries(
        [...values].map(([name, value]) => {
          const setAt = old?.entries[name]?.setAt ?? this.#parts.clock.now();
          return [name, { sealed: seal(value, key, labelOf(file, name)), setAt }];
        }),
      );
      writeSecretFile(path, { ...file, entries });
      if (old?.key.kind === "file") removeKeyFile(keyFolder, old.keyId);
    });
  }

  #fresh(): SecretFile {
    const keyId = newKeyId();
    const key = makeKeyFile(this.#parts.keyFolder, keyId);
    return emptyFile({ keyId, kind: { kind: "file" }, key });
  }

  async #make(passphrase: string | undefined): Promise<{ readonly file: SecretFile; readonly key: Uint8Array }> {
    const keyId = newKeyId();
    const kind = passphrase === undefined ? ({ kind: "file" } as const) : newPassphraseKey();
    const key =
      passphrase === undefined || kind.kind === "file"
        ? makeKeyFile(this.#parts.keyFolder, keyId)
        : await keyFromPassphrase(passphrase, kind);
    return { file: emptyFile({ keyId, kind, key }), key };
  }

  async #open(file: SecretFile): Promise<Uint8Array> {
    const key = await keyOf(file, this.#parts);
    if (unseal(file.check, key, labelOf(file, "")) === checkText) return key;
    const isFile = file.key.kind === "file";
    throw new AgentError(
      isFile ? "bad-data" : "bad-usage",
      isFile
        ? "The key does not fit the secrets: bring back the right one."
        : "That is not the passphrase of the secrets.",
    );
  }
}

export function noSecret(name: string): AgentError {
  return new AgentError("not-found", `There is no secret ${name}: hermes secrets set ${name} stores it.`);
}

function emptyFile(parts: {
  readonly keyId: string;
  readonly kind: SecretFile["key"];
  readonly key: Uint8Array;
}): SecretFile {
  const { keyId, kind, key } = parts;
  return { version: 1, keyId, key: kind, check: seal(checkText, key, `${keyId}:`), entries: {} };
}

function labelOf({ keyId }: SecretFile, name: string): string {
  return `${keyId}:${name}`;
}

function valuesOf(file: SecretFile, key: Uint8Array): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, { sealed }] of Object.entries(file.entries)) {
    const value = unseal(sealed, key, labelOf(file, name));
    if (value === undefined) {
      throw new AgentError("bad-data", `The secret ${name} is damaged: hermes secrets set ${name} stores it again.`);
    }
    values.set(name, value);
  }
  return values;
}

function checkValue(name: string, value: string): void {
  const length = Buffer.byteLength(value);
  const problem =
    value.length < shortestSecret
      ? `is shorter than ${shortestSecret} characters, and would be masked in ordinary words`
      : length > longestValue
        ? "is longer than 64 kB"
        : value.includes("\0")
          ? "has a NUL character in it"
          : undefined;
  if (problem !== undefined) throw new AgentError("bad-usage", `The value for ${name} ${problem}: store another one.`);
}
