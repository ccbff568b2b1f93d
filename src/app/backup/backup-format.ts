import { randomBytes } from "node:crypto";
import { AgentError } from "../../protocol/agent-error.ts";
import { openStream, sealStream } from "../../lib/sealed-stream.ts";
import { keyFromPassphrase, newPassphraseKey } from "../../secrets/secret-key.ts";

/** The first line of an encrypted backup; one that is not encrypted is a plain tar archive. */
const magic = "HERMES BACKUP 1 ";
const longestHead = 400;

export type Manifest = {
  readonly format: 1;
  readonly createdAt: number;
  readonly hasSecrets: boolean;
  /** By their name in the archive. */
  readonly files: Readonly<Record<string, { readonly size: number; readonly sha256: string }>>;
};

export const manifestName = "manifest.json";
/** Where in the archive the files of the home are, and the key of its secrets. */
export const homePrefix = "home/";
export const keyPrefix = "keys/";

export async function* encrypted(
  archive: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Uint8Array, void> {
  const { salt, cost } = newPassphraseKey();
  yield Buffer.from(`${magic}${JSON.stringify({ salt, cost })}\n`);
  yield* sealStream(archive, await keyFromPassphrase(passphrase, { kind: "passphrase", salt, cost }));
}

/** The archive in a backup. `passphrase` is asked for when it is encrypted; `undefined` when nobody can say it. */
export async function* decrypted(
  file: AsyncIterable<Uint8Array>,
  passphrase: () => Promise<string | undefined>,
): AsyncGenerator<Uint8Array, void> {
  const source = file[Symbol.asyncIterator]();
  let first: Uint8Array = new Uint8Array();
  while (first.length < longestHead) {
    const next = await source.next();
    if (next.done === true) break;
    first = Buffer.concat([first, next.value]);
  }
  const head = Buffer.from(first.subarray(0, longestHead)).toString("latin1");
  const rest = resumed(head.startsWith(magic) ? first.subarray(head.indexOf("\n") + 1) : first, source);
  if (!head.startsWith(magic)) {
    yield* rest;
    return;
  }
  const given = await passphrase();
  if (given === undefined) {
    throw new AgentError("bad-usage", "The backup is encrypted: set HERMES_BACKUP_PASSPHRASE, or start at a terminal.");
  }
  yield* openStream(rest, await keyFromPassphrase(given, headOf(head)));
}

async function* resumed(first: Uint8Array, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield first;
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
}

function headOf(head: string): Parameters<typeof keyFromPassphrase>[1] {
  try {
    const value: unknown = JSON.parse(head.slice(magic.length, head.indexOf("\n")));
    if (typeof value === "object" && value !== null && "salt" in value && "cost" in value) {
      const { salt, cost } = value;
      if (typeof salt === "string" && typeof cost === "number") return { kind: "passphrase", salt, cost };
    }
  } catch {
    // told below
  }
  throw new AgentError("bad-data", "The backup is damaged: its first line makes no sense.");
}

/** A name for something that is not there for long, which nobody else takes. */
export function shortLived(path: string, what: string): string {
  return `${path}.${what}-${process.pid}-${randomBytes(4).toString("hex")}`;
}
