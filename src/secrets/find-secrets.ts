import { knownForms } from "./known-forms.ts";
import { cardShape, secretShapes, type SecretShape } from "./secret-shapes.ts";

/** `name` of a known one; `undefined` when only its shape gave it away. */
export type SecretSpan = { readonly start: number; readonly end: number; readonly name: string | undefined };

/** A value that is masked whatever it looks like. */
export type KnownSecret = { readonly name: string; readonly value: string };

type Entry = {
  readonly text: string;
  /** The span of a value that begins here, if one does. */
  readonly at: (text: string, start: number) => SecretSpan | undefined;
};

const tableBits = 15;
const tableMask = (1 << tableBits) - 1;
const lookBehind = 12;

/**
 * Finds secrets in one pass: a table says whether the last three characters could begin something, and only there is
 * looked closer. So the time grows with the text, hardly with the number of secrets.
 */
export class SecretFinder {
  readonly #table = new Uint8Array(1 << tableBits);
  readonly #entries = new Map<number, Entry[]>();

  constructor(known: readonly KnownSecret[], shapes: readonly SecretShape[] = secretShapes) {
    for (const { name, value } of known) {
      for (const form of knownForms(value)) {
        this.#add({ text: form, at: (_, start) => ({ start, end: start + form.length, name }) });
      }
    }
    for (const shape of shapes) {
      for (const anchor of shape.anchors) this.#add({ text: anchor, at: (text, start) => shapeAt(shape, text, start) });
    }
  }

  /** In order, none touching another. */
  find(text: string): readonly SecretSpan[] {
    const spans: SecretSpan[] = [];
    let hash = 0;
    for (let at = 0; at < text.length; at++) {
      hash = ((hash << 5) ^ text.charCodeAt(at)) & tableMask;
      if (this.#table[hash] === 1) this.#look(text, at - 2, spans);
    }
    for (const match of text.matchAll(cardShape.pattern)) {
      const start = match.index;
      if (cardShape.accepts(match[0])) spans.push({ start, end: start + match[0].length, name: undefined });
    }
    return apart(spans);
  }

  #look(text: string, start: number, spans: SecretSpan[]): void {
    if (start < 0) return;
    for (const entry of this.#entries.get(hashAt(text, start)) ?? []) {
      const span = text.startsWith(entry.text, start) ? entry.at(text, start) : undefined;
      if (span !== undefined) spans.push(span);
    }
  }

  #add(entry: Entry): void {
    const hash = hashAt(entry.text, 0);
    this.#table[hash] = 1;
    const others = this.#entries.get(hash);
    if (others === undefined) this.#entries.set(hash, [entry]);
    else others.push(entry);
  }
}

/** Of the three characters from `start`; the same as the rolling one has after them. */
function hashAt(text: string, start: number): number {
  let hash = 0;
  for (let at = start; at < start + 3; at++) hash = ((hash << 5) ^ text.charCodeAt(at)) & tableMask;
  return hash;
}

function shapeAt({ pattern, accepts }: SecretShape, text: string, anchor: number): SecretSpan | undefined {
  pattern.lastIndex = anchor;
  const [, before = "", value] = pattern.exec(text) ?? [];
  if (value === undefined) return undefined;
  const start = anchor + before.length;
  if (accepts?.(value, text.slice(Math.max(0, anchor - lookBehind), start)) === false) return undefined;
  return { start, end: start + value.length, name: undefined };
}

/** Where several claim the same characters there is one span over all of them, with a name if one of them has it. */
function apart(spans: readonly SecretSpan[]): readonly SecretSpan[] {
  const result: SecretSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last === undefined || span.start >= last.end) result.push(span);
    else result[result.length - 1] = { ...last, end: Math.max(last.end, span.end), name: last.name ?? span.name };
  }
  return result;
}
