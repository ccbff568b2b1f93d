import { headLengthOf } from "../../lib/head-and-tail.ts";
import { shellQuote } from "./shell-quote.ts";
import type { Transport } from "./transport.ts";

/** The output of a job is a file that only grows; it is read by byte offset, as often as one likes. */
export class JobLog {
  readonly #transport: Transport;
  readonly #path: string;

  constructor(transport: Transport, path: string) {
    this.#transport = transport;
    this.#path = path;
  }

  async size(): Promise<number> {
    const { files } = this.#transport;
    if (files !== undefined) return (await files.size(this.#path)) ?? 0;
    const { stdout } = await this.#transport.run(`wc -c <${shellQuote(this.#path)} 2>/dev/null || echo 0`);
    return Number(Buffer.from(stdout).toString().trim());
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (length <= 0) return new Uint8Array();
    const { files } = this.#transport;
    if (files !== undefined) return (await files.read(this.#path, offset, length)) ?? new Uint8Array();
    const script = `tail -c +${offset + 1} ${shellQuote(this.#path)} 2>/dev/null | head -c ${length}`;
    return (await this.#transport.run(script)).stdout;
  }

  /** The whole, or of more than `limit` bytes the beginning and the end. */
  async ends(
    limit: number,
    knownSize?: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly droppedBytes: number }> {
    const size = knownSize ?? (await this.size());
    if (size <= limit) return { bytes: await this.read(0, size), droppedBytes: 0 };
    const headLength = headLengthOf(limit);
    const head = await this.read(0, headLength);
    const tail = await this.read(size - (limit - headLength), limit - headLength);
    return { bytes: Buffer.concat([head, tail]), droppedBytes: size - limit };
  }
}
