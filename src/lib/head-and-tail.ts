/** Two fifths of what is kept come from the beginning, the rest from the end: errors stand at the end. */
const headShare = 0.4;

/** How many of `limit` are kept from the beginning of what is longer. */
export function headLengthOf(limit: number): number {
  return Math.floor(limit * headShare);
}

/** Takes a stream of bytes of any length and keeps its beginning and its end, never more than `limit` bytes and one chunk. */
export class HeadAndTail {
  readonly #headLimit: number;
  readonly #tailLimit: number;
  readonly #head: Uint8Array[] = [];
  readonly #tail: Uint8Array[] = [];
  #headLength = 0;
  #tailLength = 0;
  #total = 0;

  constructor(limit: number) {
    this.#headLimit = headLengthOf(limit);
    this.#tailLimit = limit - this.#headLimit;
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.length;
    const forHead = Math.min(this.#headLimit - this.#headLength, chunk.length);
    if (forHead > 0) {
      this.#head.push(chunk.subarray(0, forHead));
      this.#headLength += forHead;
    }
    if (forHead < chunk.length) this.#pushTail(chunk.subarray(forHead));
  }

  /** What was kept, in order, and how many bytes between beginning and end were not. */
  finish(): { readonly bytes: Uint8Array; readonly droppedBytes: number } {
    const tail = Buffer.concat(this.#tail);
    const bytes = Buffer.concat([...this.#head, tail.subarray(Math.max(0, tail.length - this.#tailLimit))]);
    return { bytes, droppedBytes: this.#total - bytes.length };
  }

  #pushTail(chunk: Uint8Array): void {
    this.#tail.push(chunk);
    this.#tailLength += chunk.length;
    let oldest = this.#tail[0];
    while (oldest !== undefined && this.#tailLength - oldest.length >= this.#tailLimit) {
      this.#tail.shift();
      this.#tailLength -= oldest.length;
      oldest = this.#tail[0];
    }
  }
}
