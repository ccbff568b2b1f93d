import { createHmac } from "node:crypto";
import type { Json } from "../protocol/json.ts";
import { secretPlaceholder, secretPlaceholderPattern } from "../protocol/secret-placeholder.ts";
import { SecretFinder, type KnownSecret, type SecretSpan } from "./find-secrets.ts";

/** How many bytes before and behind a piece of output are looked at too: the longest value, a private key. */
const marginBytes = 8_192;

const worthRemembering = 64;
const mostRemembered = 4_096;

export type MaskerOptions = {
  readonly known: readonly KnownSecret[];
  /** Makes the marks, which tell nothing about a value without it. */
  readonly markKey: Uint8Array;
  /** `known`: only known values are masked, none by its shape. */
  readonly shapes: "all" | "none";
};

/** Puts placeholders in the place of secrets. Masking what is masked changes nothing. */
export class Masker {
  readonly #options: MaskerOptions;
  readonly #finder: SecretFinder;
  readonly #longestPhrase: number;
  readonly #seen = new Set<string>();
  /** Texts that were looked at: a history passes here again with every request. */
  readonly #clean = new Set<string>();
  /** The same for objects: what passes here is never changed. */
  readonly #cleanValues = new WeakSet<object>();

  constructor(options: MaskerOptions) {
    this.#options = options;
    this.#finder = finderOf(options, options.known);
    this.#longestPhrase = longestPhraseOf(options.known);
  }

  /** How many different values that nobody named were masked so far. */
  get unnamed(): number {
    return this.#seen.size;
  }

  text(text: string): string {
    if (this.#clean.has(text)) return text;
    const spans = this.#finder.find(text);
    const masked = spans.length === 0 ? text : this.#replace(text, spans);
    this.#remember(masked);
    return masked;
  }

  /** How much of the end of a text may belong to a known value with spaces in it. */
  get longestPhrase(): number {
    return this.#longestPhrase;
  }

  /**
   * The beginning of `text`, which follows `before`: `cut` characters, or less when that would cut a value in two.
   * `taken` says how many.
   */
  beginning(before: string, text: string, cut: number): { readonly masked: string; readonly taken: number } {
    const whole = before + text;
    const spans = this.#finder.find(whole).filter((span) => span.start >= before.length);
    const crossed = spans.find((span) => span.start < before.length + cut && span.end > before.length + cut);
    const taken = crossed === undefined ? cut : crossed.start - before.length;
    const inside = spans.filter((span) => span.end <= before.length + taken);
    return { masked: this.#replace(whole.slice(0, before.length + taken), inside).slice(before.length), taken };
  }

  /** Of text in UTF-8 or any other bytes; the same array when there is nothing to mask. */
  bytes(bytes: Uint8Array): Uint8Array {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"); // a character is a byte
    const spans = this.#finder.find(text);
    return spans.length === 0 ? bytes : this.#replaceBytes(text, spans);
  }

  /**
   * A piece of something longer: `read` returns bytes from an offset. What of a value lies across the edge of the piece
   * is masked in the piece where the value begins, and left out of the next.
   */
  async piece(
    read: (offset: number, length: number) => Promise<Uint8Array>,
    offset: number,
    length: number,
  ): Promise<Uint8Array> {
    const from = Math.max(0, offset - marginBytes);
    const wide = await read(from, offset - from + length + marginBytes);
    const text = Buffer.from(wide).toString("latin1");
    const [start, end] = [offset - from, Math.min(text.length, offset - from + length)];
    const spans = this.#finder.find(text).filter((span) => span.end > start && span.start < end);
    if (spans.length === 0) return wide.subarray(start, end);
    const parts = spans.map((span, index) => {
      const before = text.slice(Math.max(start, spans[index - 1]?.end ?? start), Math.max(start, span.start));
      const mark = span.start < start ? "" : this.#markOf(text, span);
      return Buffer.concat([Buffer.from(before, "latin1"), Buffer.from(mark)]);
    });
    const rest = text.slice(Math.min(end, spans.at(-1)?.end ?? end), end);
    return Buffer.concat([...parts, Buffer.from(rest, "latin1")]);
  }

  /** The same value with every text in it masked; the same object when there is nothing to mask. Keys stay as they are. */
  value<Value>(value: Value): Value {
    return this.#json(value) as Value;
  }

  #remember(text: string): void {
    if (text.length < worthRemembering) return;
    if (this.#clean.size >= mostRemembered) this.#clean.clear();
    this.#clean.add(text);
  }

  #json(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value !== "object" || value === null || this.#cleanValues.has(value)) return value;
    const masked = Array.isArray(value) ? this.#items(value) : isPlain(value) ? this.#fields(value) : value;
    if (masked === value) this.#cleanValues.add(value);
    return masked;
  }

  #items(value: readonly unknown[]): readonly unknown[] {
    const items = value.map((item) => this.#json(item));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }

  #fields(value: object): object {
    const entries = Object.entries(value).map(
      ([key, item]: [string, unknown]) => [key, item, this.#json(item)] as const,
    );
    if (entries.every(([, before, after]) => before === after)) return value;
    return Object.fromEntries(entries.map(([key, , after]) => [key, after]));
  }

  #replace(text: string, spans: readonly SecretSpan[]): string {
    let masked = "";
    let at = 0;
    for (const span of spans) {
      masked += text.slice(at, span.start) + this.#markOf(text, span);
      at = span.end;
    }
    return masked + text.slice(at);
  }

  #replaceBytes(text: string, spans: readonly SecretSpan[]): Uint8Array {
    const parts = spans.flatMap((span, index) => [
      Buffer.from(text.slice(spans[index - 1]?.end ?? 0, span.start), "latin1"),
      Buffer.from(this.#markOf(text, span)),
    ]);
    return Buffer.concat([...parts, Buffer.from(text.slice(spans.at(-1)?.end ?? 0), "latin1")]);
  }

  #markOf(text: string, { start, end, name }: SecretSpan): string {
    if (name !== undefined) return secretPlaceholder(name);
    const mark = createHmac("sha256", this.#options.markKey).update(text.slice(start, end)).digest("hex").slice(0, 6);
    this.#seen.add(mark);
    return secretPlaceholder(mark);
  }
}

/** The first placeholder in a text, or in any text of a value. */
export function findPlaceholder(value: Json): string | undefined {
  if (typeof value === "string") return secretPlaceholderPattern.exec(value)?.[0];
  if (typeof value !== "object" || value === null) return undefined;
  for (const item of Object.values(value)) {
    const found = findPlaceholder(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Bytes, maps and whatever has behaviour pass untouched. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function longestPhraseOf(known: readonly KnownSecret[]): number {
  return known.reduce((most, { value }) => (/\s/.test(value) ? Math.max(most, value.length) : most), 0);
}

function finderOf({ shapes }: MaskerOptions, known: readonly KnownSecret[]): SecretFinder {
  return shapes === "none" ? new SecretFinder(known, []) : new SecretFinder(known);
}
