import { readFileSync } from "node:fs";
import { AgentError } from "../protocol/agent-error.ts";
import { writeWhole } from "./write-whole.ts";

export type PassphraseKey = {
  readonly kind: "passphrase";
  /** Base64. */
  readonly salt: string;
  readonly cost: number;
};

/** Names are readable without the key; values are sealed, each for itself and for its name. */
export type SecretFile = {
  readonly version: 1;
  /** Names the key: its file, and part of what every value is bound to. */
  readonly keyId: string;
  readonly key: { readonly kind: "file" } | PassphraseKey;
  /** A sealed text that tells a wrong key at once. */
  readonly check: string;
  readonly entries: Readonly<Record<string, { readonly sealed: string; readonly setAt: number }>>;
};

/** `undefined` when there is none. Throws `bad-data` for one that is damaged or of a newer Hermes. */
export function readSecretFile(path: string): SecretFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new AgentError("bad-data", `${path} cannot be read: make it yours, with chmod 600.`, { cause: error });
  }
  const value = parsed(text);
  if (isSecretFile(value)) return value;
  throw new AgentError("bad-data", `${path} is damaged or of a newer Hermes: bring it back from a backup.`);
}

export function writeSecretFile(path: string, file: SecretFile): void {
  writeWhole(path, Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told as damaged
  }
}

function isSecretFile(value: unknown): value is SecretFile {
  if (!isRecord(value) || value["version"] !== 1 || !isRecord(value["key"]) || !isRecord(value["entries"]))
    return false;
  const { key, keyId, check, entries } = value;
  const isKey = key["kind"] === "file" || (key["kind"] === "passphrase" && typeof key["salt"] === "string");
  const isWhole = Object.values(entries).every(
    (entry) => isRecord(entry) && typeof entry["sealed"] === "string" && typeof entry["setAt"] === "number",
  );
  return isKey && isWhole && typeof check === "string" && typeof keyId === "string" && /^[0-9a-f]{16}$/.test(keyId);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
