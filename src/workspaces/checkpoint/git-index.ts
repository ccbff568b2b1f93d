import { createHash } from "node:crypto";

const headerBytes = 12;
const statBytes = 40;
const hashBytes = 20;

export function isGitIndex(path: string): boolean {
  return path === ".git/index" || path.endsWith("/.git/index");
}

/**
 * What is staged, as one text to compare: without the file times that git writes anew whenever somebody looks at the
 * state of the work. `undefined` for a form that is not understood.
 */
export function stagedDigest(index: Uint8Array): string | undefined {
  const bytes = Buffer.from(index.buffer, index.byteOffset, index.byteLength);
  if (bytes.length < headerBytes || bytes.toString("latin1", 0, 4) !== "DIRC") return undefined;
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) return undefined;
  const digest = createHash("sha256");
  let at = headerBytes;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const length = entryLength(bytes, at);
    if (length === undefined) return undefined;
    digest.update(bytes.subarray(at + 24, at + 28)); // the mode; before it only times and numbers of the file
    digest.update(bytes.subarray(at + statBytes, at + length));
    at += length;
  }
  return hasOnlyKnownRest(bytes, at) ? digest.digest("hex") : undefined;
}

function entryLength(bytes: Buffer, at: number): number | undefined {
  const flagsAt = at + statBytes + hashBytes;
  if (flagsAt + 2 > bytes.length) return undefined;
  const isExtended = (bytes.readUInt16BE(flagsAt) & 0x4000) !== 0;
  const nameAt = flagsAt + (isExtended ? 4 : 2);
  const end = bytes.indexOf(0, nameAt);
  return end === -1 ? undefined : (Math.floor((end - at) / 8) + 1) * 8;
}

/** Extensions are caches but for those with a small first letter, which change what the entries mean. */
function hasOnlyKnownRest(bytes: Buffer, from: number): boolean {
  let at = from;
  while (at + hashBytes + 8 <= bytes.length) {
    if (!/^[A-Z]/.test(bytes.toString("latin1", at, at + 1))) return false;
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return at + hashBytes === bytes.length;
}
