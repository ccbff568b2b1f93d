const shortestOverlap = 12;

/**
 * Joins the parts of one answer that was cut, without saying anything twice: a continuation that begins with the whole
 * earlier text, or with its end, is shortened by what was already said.
 */
export class Continuation {
  readonly #said: string;
  #held = "";
  #isDecided: boolean;

  constructor(said: string) {
    this.#said = said;
    this.#isDecided = said === "";
  }

  /** What of this delta is new; held back as long as it may still be a repetition. */
  push(delta: string): string {
    if (this.#isDecided) return delta;
    this.#held += delta;
    if (this.#mayRepeat()) return "";
    return this.#decide();
  }

  /** The rest that was held back, when the stream has ended. */
  end(): string {
    return this.#isDecided ? "" : this.#decide();
  }

  #mayRepeat(): boolean {
    const held = this.#held;
    if (held.length < this.#said.length && this.#said.startsWith(held)) return true;
    return held.length < this.#said.length && this.#said.includes(held);
  }

  #decide(): string {
    this.#isDecided = true;
    const held = this.#held;
    if (held.startsWith(this.#said)) return held.slice(this.#said.length);
    const longest = Math.min(held.length, this.#said.length);
    for (let length = longest; length >= shortestOverlap; length--) {
      if (this.#said.endsWith(held.slice(0, length))) return held.slice(length);
    }
    return held;
  }
}
