export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "latin1";

/** `hasMark`: the file begins with a byte order mark, which `text` leaves out. */
export type DecodedText = { readonly text: string; readonly encoding: Encoding; readonly hasMark: boolean };

const probeLength = 8_192;

/** `undefined` when the bytes are no text in any encoding we know. */
export function decodeText(bytes: Uint8Array): DecodedText | undefined {
  const encoding = encodingOf(bytes, "whole");
  if (encoding === undefined) return undefined;
  const mark = markLengthOf(bytes, encoding);
  return { text: decodeAs(bytes.subarray(mark), encoding), encoding, hasMark: mark > 0 };
}

/** `undefined` when the text has characters that the encoding does not. */
export function encodeText({ text, encoding, hasMark }: DecodedText): Uint8Array | undefined {
  const marked = (hasMark ? "\u{FEFF}" : "") + text;
  switch (encoding) {
    case "utf-8":
      return Buffer.from(marked, "utf8");
    case "utf-16le":
      return Buffer.from(marked, "utf16le");
    case "utf-16be":
      return Buffer.from(marked, "utf16le").swap16();
    case "latin1":
      return isLatin1(text) ? Buffer.from(text, "latin1") : undefined;
  }
}

function isLatin1(text: string): boolean {
  return !/[^\p{ASCII}\u{80}-\u{FF}]/u.test(text);
}

/** A file, or a part of one, which may begin and end in the middle of a character. */
export type Extent = "whole" | "part";

/** Judged by the first 8 kB for NUL, by all of what is given for UTF-8. */
export function encodingOf(bytes: Uint8Array, extent: Extent): Encoding | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.length % 2 === 0 ? "utf-16le" : undefined;
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return bytes.length % 2 === 0 ? "utf-16be" : undefined;
  if (bytes.subarray(0, probeLength).includes(0)) return undefined;
  return isUtf8(bytes, extent) ? "utf-8" : "latin1";
}

export function decodeAs(bytes: Uint8Array, encoding: Encoding): string {
  return encoding === "latin1"
    ? Buffer.from(bytes).toString("latin1")
    : new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}

export function markLengthOf(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding === "utf-8") return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return encoding === "latin1" ? 0 : 2;
}

function isUtf8(bytes: Uint8Array, extent: Extent): boolean {
  const head = extent === "part" ? bytes.subarray(0, 3) : bytes.subarray(0, 0);
  const firstWhole = head.findIndex((byte) => !isContinuation(byte));
  const start = firstWhole === -1 ? head.length : firstWhole;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start), { stream: extent === "part" });
    return true;
  } catch {
    return false; // the decoder's way to say no
  }
}

export function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
