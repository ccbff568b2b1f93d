import { createCipheriv, createDecipheriv } from "node:crypto";
import { AgentError } from "../protocol/agent-error.ts";

const chunkBytes = 64 * 1024;
const tagBytes = 16;
const lengthBytes = 4;

/**
 * A stream in chunks that are encrypted each for itself (AES-256-GCM). The nonce is the number of the chunk and whether it
 * is the last one: none can be left out, repeated, moved or cut off unnoticed. A key is used for one stream only.
 */
export async function* sealStream(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
): AsyncGenerator<Uint8Array, void> {
  let held: Uint8Array = new Uint8Array();
  let number = 0;
  for await (const piece of source) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    while (held.length > chunkBytes) {
      yield sealed(held.subarray(0, chunkBytes), key, nonceOf(number++, false));
      held = held.subarray(chunkBytes);
    }
  }
  yield sealed(held, key, nonceOf(number, true));
}

/** Rejects with `bad-data` for another key and for anything that was changed; what came before is right. */
export async function* openStream(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
): AsyncGenerator<Uint8Array, void> {
  let held: Uint8Array = new Uint8Array();
  let number = 0;
  let isOver = false;
  for await (const piece of source) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    for (let frame = frameOf(held); frame !== undefined; frame = frameOf(held)) {
      if (isOver) throw broken();
      const opened = unsealed(frame, key, number++);
      isOver = opened.isLast;
      held = held.subarray(lengthBytes + frame.length);
      if (opened.bytes.length > 0) yield opened.bytes;
    }
  }
  if (!isOver || held.length > 0) throw broken();
}

function sealed(bytes: Uint8Array, key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(bytes.length + tagBytes);
  return Buffer.concat([length, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** The next frame, when all of it is there. */
function frameOf(held: Uint8Array): Uint8Array | undefined {
  if (held.length < lengthBytes) return undefined;
  const length = Buffer.from(held.buffer, held.byteOffset, held.byteLength).readUInt32BE(0);
  if (length < tagBytes || length > chunkBytes + tagBytes) throw broken();
  return held.length < lengthBytes + length ? undefined : held.subarray(lengthBytes, lengthBytes + length);
}

function unsealed(
  frame: Uint8Array,
  key: Uint8Array,
  number: number,
): { readonly bytes: Uint8Array; readonly isLast: boolean } {
  for (const isLast of [false, true]) {
    const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(number, isLast), { authTagLength: tagBytes });
    decipher.setAuthTag(frame.subarray(frame.length - tagBytes));
    try {
      return { bytes: Buffer.concat([decipher.update(frame.subarray(0, -tagBytes)), decipher.final()]), isLast };
    } catch {
      // not this one: it may be the other kind of chunk
    }
  }
  throw broken();
}

function nonceOf(number: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 0);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

function broken(): AgentError {
  return new AgentError("bad-data", "It cannot be opened: that is not its passphrase, or it is damaged.");
}
