import type { ByteSource } from "./byte-source.ts";
import { decodeAs, encodingOf, isContinuation, markLengthOf, type Encoding } from "./text-encoding.ts";

/** What a page may cost the model, in bytes. */
export const pageBytes = 32_000;
const chunkBytes = 1_048_576;
/** Counting the lines of more than this would keep somebody waiting. */
const maxCountedBytes = 256 * chunkBytes;
const lineFeed = 0x0a;

/** A part of a text. `header` says which part it is and how to go on. */
export type Page = { readonly header: string; readonly text: string };

export type LineRange = { readonly offset: number; readonly limit: number };

type Span = {
  readonly start: number;
  readonly end: number;
  /** Lines that begin before `end`, from `offset` on. */
  readonly lines: number;
  /** Of the whole source; `undefined` when they were not counted. */
  readonly total: number | undefined;
};

/** Lines of a source, read in chunks: its size does not matter. Text in UTF-8 or latin1. */
export async function linePage(source: ByteSource, range: LineRange, name: string): Promise<Page> {
  const span = await findLines(source, range);
  const bytes = await source.read(span.start, Math.min(span.end - span.start, pageBytes + 4));
  const total = span.total ?? "?";
  if (span.lines === 0) {
    return { header: `[${name}: line ${range.offset} is beyond the end; it has ${total} lines]`, text: "" };
  }
  const encoding = encodingOf(bytes, bytes.length < source.size ? "part" : "whole") ?? "utf-8";
  const { text, lines, cutAt } = fit(bytes, span, encoding);
  const last = range.offset + lines - 1;
  const goOn = nextOf({ last, cutAt, total: span.total });
  return { header: `[${name}: lines ${range.offset}-${last} of ${total}${encodingNotes[encoding]}${goOn}]`, text };
}

/** Any range of bytes; cut at whole characters where it is UTF-8. */
export async function bytePage(source: ByteSource, start: number, name: string): Promise<Page> {
  const bytes = await source.read(start, pageBytes);
  if (bytes.length === 0)
    return { header: `[${name}: byte ${start} is beyond the end; it has ${source.size} bytes]`, text: "" };
  const encoding = encodingOf(bytes, bytes.length < source.size ? "part" : "whole") ?? "utf-8";
  const { from, to } =
    encoding === "utf-8" ? wholeCharacters(bytes, start + bytes.length < source.size) : { from: 0, to: bytes.length };
  const end = start + to;
  const goOn = end < source.size ? `; read on with start_byte=${end}` : "";
  const header = `[${name}: bytes ${start + from}-${end} of ${source.size}${encodingNotes[encoding]}${goOn}]`;
  return { header, text: decodeAs(bytes.subarray(from, to), encoding) };
}

async function findLines(source: ByteSource, { offset, limit }: LineRange): Promise<Span> {
  const { starts, feeds, counted } = await scan(source, [offset, offset + limit]);
  const start = starts.get(offset) ?? source.size;
  const end = starts.get(offset + limit) ?? source.size;
  const endsInFeed = source.size > 0 && (await source.read(source.size - 1, 1))[0] === lineFeed;
  const total = counted < source.size ? undefined : feeds + (endsInFeed ? 0 : 1);
  const lines = start >= source.size ? 0 : Math.min(limit, (total ?? feeds + 1) - offset + 1);
  return { start, end: Math.max(start, end), lines, total };
}

type Scan = { readonly starts: ReadonlyMap<number, number>; readonly feeds: number; readonly counted: number };

/** Where the wanted lines begin, and how many line feeds there are in the bytes that were counted. */
async function scan(source: ByteSource, wanted: readonly number[]): Promise<Scan> {
  const starts = new Map([[1, 0]]);
  let feeds = 0;
  let counted = 0;
  while (counted < source.size && counted < maxCountedBytes) {
    const chunk = await source.read(counted, chunkBytes);
    if (chunk.length === 0) break;
    for (let feed = chunk.indexOf(lineFeed); feed !== -1; feed = chunk.indexOf(lineFeed, feed + 1)) {
      feeds += 1;
      if (wanted.includes(feeds + 1)) starts.set(feeds + 1, counted + feed + 1);
    }
    counted += chunk.length;
  }
  return { starts, feeds, counted };
}

type Fitted = { readonly text: string; readonly lines: number; readonly cutAt: number | undefined };

/** Whole lines as far as they fit; when not even one does, its beginning. */
function fit(bytes: Uint8Array, span: Span, encoding: Encoding): Fitted {
  const mark = span.start === 0 ? markLengthOf(bytes, encoding) : 0;
  if (span.end - span.start <= pageBytes) {
    return {
      text: decodeAs(bytes.subarray(mark, span.end - span.start), encoding),
      lines: span.lines,
      cutAt: undefined,
    };
  }
  const lastFeed = bytes.subarray(0, pageBytes).lastIndexOf(lineFeed);
  if (lastFeed !== -1) {
    const whole = bytes.subarray(mark, lastFeed + 1);
    return {
      text: decodeAs(whole, encoding),
      lines: whole.reduce((count, byte) => count + (byte === lineFeed ? 1 : 0), 0),
      cutAt: undefined,
    };
  }
  const { to } = encoding === "utf-8" ? wholeCharacters(bytes.subarray(0, pageBytes), true) : { to: pageBytes };
  return { text: decodeAs(bytes.subarray(mark, to), encoding), lines: 1, cutAt: span.start + to };
}

function nextOf(page: {
  readonly last: number;
  readonly cutAt: number | undefined;
  readonly total: number | undefined;
}): string {
  if (page.cutAt !== undefined) return `; the line is longer: read on with start_byte=${page.cutAt}`;
  return page.total === page.last ? "" : `; read on with offset=${page.last + 1}`;
}

const encodingNotes: Readonly<Record<Encoding, string>> = {
  "utf-8": "",
  latin1: "; not UTF-8, shown as latin1",
  "utf-16le": "; UTF-16",
  "utf-16be": "; UTF-16",
};

/** The range without the pieces of a character at its ends. */
function wholeCharacters(bytes: Uint8Array, isCut: boolean): { readonly from: number; readonly to: number } {
  let from = 0;
  while (from < 3 && isContinuation(bytes[from])) from += 1;
  if (!isCut) return { from, to: bytes.length };
  let lead = bytes.length - 1;
  while (lead > bytes.length - 4 && isContinuation(bytes[lead])) lead -= 1;
  const isWhole = lead + lengthOf(bytes[lead] ?? 0) <= bytes.length;
  return { from, to: isWhole ? bytes.length : lead };
}

function lengthOf(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}
