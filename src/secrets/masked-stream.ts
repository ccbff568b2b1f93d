import type { Masker } from "./masker.ts";

/** A value of several words: digits in groups, or a key in lines. Everything else is one word. */
const maybeUnfinished = /(?:-----BEGIN [A-Z ]{0,30}(?:PRIVATE KEY[^]{0,8000})?|\S{0,4000}\d[\d -]{0,30}|\S{1,4000})$/;
const contextCharacters = 200;

/** Text that arrives in pieces, of which a value may take several: what could be the beginning of one is held back. */
export class MaskedStream {
  readonly #masker: Masker;
  /** What was passed on last, as it came: it tells what a value is called. */
  #context = "";
  #held = "";

  constructor(masker: Masker) {
    this.#masker = masker;
  }

  /** What may be shown by now. */
  push(text: string): string {
    this.#held += text;
    const settled = this.#held.slice(0, Math.max(0, this.#held.length - this.#masker.longestPhrase));
    return this.#pass(maybeUnfinished.exec(settled)?.index ?? settled.length);
  }

  end(): string {
    return this.#pass(this.#held.length);
  }

  #pass(length: number): string {
    if (length === 0) return "";
    const { masked, taken } = this.#masker.beginning(this.#context, this.#held, length);
    this.#context = (this.#context + this.#held.slice(0, taken)).slice(-contextCharacters);
    this.#held = this.#held.slice(taken);
    return masked;
  }
}
