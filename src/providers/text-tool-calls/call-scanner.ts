import { isInsideText, readBareCall, readCallBlock, type WrittenCall } from "./call-block.ts";

export type ScannerOptions = {
  readonly known: ReadonlySet<string>;
  /** Only calls of known tools count: for a model that has tools of its own and may just be talking about tags. */
  readonly isStrict: boolean;
};

const openTag = "<tool_call>";
const closeTag = "</tool_call>";

/**
 * Separates written calls from text while it streams. Text is passed on at once; only what may be the beginning of a
 * call is held back. Inside a code fence nothing counts as a call.
 */
export class CallScanner {
  readonly #options: ScannerOptions;
  readonly #calls: WrittenCall[] = [];
  #plain = "";
  #pending = "";
  #isInBlock = false;
  /** The answer began with a brace: it may be a bare call as a whole. */
  #isBare: boolean | undefined = undefined;

  constructor(options: ScannerOptions) {
    this.#options = options;
  }

  get calls(): readonly WrittenCall[] {
    return this.#calls;
  }

  /** All text that was no call, as far as it is known. */
  get text(): string {
    return this.#plain;
  }

  /** Takes the next piece; returns the text that may be shown now. */
  push(piece: string): string {
    this.#pending += piece;
    if (this.#isBare === undefined && this.#pending.trim() !== "") {
      this.#isBare = this.#pending.trimStart().startsWith("{");
    }
    if (this.#isBare !== false) return "";
    const shown: string[] = [];
    while (this.#step(shown));
    return shown.join("");
  }

  /** The answer is complete: decides about what was held back and returns its text. */
  end(): string {
    const rest = this.#pending;
    this.#pending = "";
    const call = this.#isBare === true ? readBareCall(rest, this.#options.known) : this.#unclosed(rest);
    if (call !== undefined && this.#accept(call)) return "";
    return this.#show(this.#isInBlock ? openTag + rest : rest);
  }

  #unclosed(rest: string): WrittenCall | undefined {
    return this.#isInBlock ? readCallBlock(rest, this.#options.known) : undefined;
  }

  /** True when something was decided and there may be more to decide. */
  #step(shown: string[]): boolean {
    return this.#isInBlock ? this.#stepInBlock(shown) : this.#stepInText(shown);
  }

  #stepInText(shown: string[]): boolean {
    const at = this.#pending.indexOf(openTag);
    if (at === -1) {
      const keep = beginningOf(openTag, this.#pending);
      shown.push(this.#show(this.#pending.slice(0, this.#pending.length - keep)));
      this.#pending = keep === 0 ? "" : this.#pending.slice(-keep);
      return false;
    }
    shown.push(this.#show(this.#pending.slice(0, at)));
    this.#pending = this.#pending.slice(at + openTag.length);
    if (isInFence(this.#plain)) shown.push(this.#show(openTag));
    else this.#isInBlock = true;
    return true;
  }

  #stepInBlock(shown: string[]): boolean {
    const start = this.#pending.trimStart();
    if (start !== "" && !/^(?:\{|`{1,3})/.test(start)) return this.#release(shown);
    for (let at = this.#pending.indexOf(closeTag); at !== -1; at = this.#pending.indexOf(closeTag, at + 1)) {
      const body = this.#pending.slice(0, at);
      if (isInsideText(body)) continue;
      const call = readCallBlock(body, this.#options.known);
      if (call === undefined || !this.#accept(call)) return this.#release(shown);
      this.#pending = this.#pending.slice(at + closeTag.length);
      this.#isInBlock = false;
      return true;
    }
    return false;
  }

  /** The tag was no call after all. */
  #release(shown: string[]): true {
    this.#isInBlock = false;
    shown.push(this.#show(openTag));
    return true;
  }

  #accept(call: WrittenCall): boolean {
    if (this.#options.isStrict && !this.#options.known.has(call.name)) return false;
    this.#calls.push(call);
    return true;
  }

  #show(text: string): string {
    this.#plain += text;
    return text;
  }
}

/** How many characters at the end of `text` could be the beginning of `tag`. */
function beginningOf(tag: string, text: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (tag.startsWith(text.slice(-length))) return length;
  }
  return 0;
}

function isInFence(text: string): boolean {
  return (text.match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0) % 2 === 1;
}
