import { stripVTControlCharacters } from "node:util";
import { headLengthOf } from "../lib/head-and-tail.ts";

/**
 * Bytes of a program as text that cannot harm a reader: escape sequences and carriage returns that overwrote a line are
 * taken out, other control characters become visible, invalid UTF-8 becomes U+FFFD.
 */
export function readableOutput(bytes: Uint8Array): string {
  return readableText(new TextDecoder().decode(bytes));
}

export function readableText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll("\r\n", "\n")
    .replaceAll(/^[^\n]*\r(?=[^\n])/gm, "")
    .replaceAll(/(?![\t\n])[\p{Cc}--[\u{80}-\u{9F}]]/gv, (control) =>
      String.fromCodePoint(0x2400 + Math.min(control.charCodeAt(0), 0x21)),
    );
}

/** The beginning and the end of a text that is longer than `limit` characters; `note` stands where the rest was. */
export function cutMiddle(text: string, limit: number, note: string): string {
  if (text.length <= limit) return text;
  const head = wholeStart(text.slice(0, headLengthOf(limit)));
  const tail = text.slice(text.length - (limit - headLengthOf(limit)));
  return `${atLineEnd(head)}\n${note}\n${atLineStart(tail)}`;
}

/** A pair of surrogates is not cut in two. */
function wholeStart(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}

function atLineEnd(head: string): string {
  const feed = head.lastIndexOf("\n");
  return feed > head.length / 2 ? head.slice(0, feed) : head;
}

function atLineStart(tail: string): string {
  const feed = tail.indexOf("\n");
  const start = feed !== -1 && feed < tail.length / 2 ? feed + 1 : 0;
  return tail.slice(start).replace(/^[\uDC00-\uDFFF]/, "");
}
