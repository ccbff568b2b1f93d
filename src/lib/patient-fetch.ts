import type { IncomingMessage, RequestOptions } from "node:http";

/** Names in lower case; values of the same name are joined by a comma. */
export type PlainHeaders = Readonly<Record<string, string>>;

export type PatientRequest = Pick<RequestInit, "method" | "signal"> & {
  readonly headers?: PlainHeaders;
  readonly body?: string;
};

/** What came back. The body is read once, by one of its two readers. */
export type PatientReply = {
  readonly status: number;
  readonly statusText: string;
  readonly headers: PlainHeaders;
  /** Pieces as they arrive. Leaving the loop early ends the connection; throws when it breaks or is stopped. */
  readonly pieces: AsyncIterable<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
};

/** Like `fetch`, and tells of every piece of the body that arrives. */
export type PatientFetch = (url: string, request?: PatientRequest, onBytes?: () => void) => Promise<PatientReply>;

/**
 * `fetch` without its built-in limit of five minutes for the first byte and between bytes: a local model may need
 * longer, and whoever calls has a deadline of its own. Follows no redirects.
 */
export const patientFetch: PatientFetch = async (url, request = {}, onBytes) => {
  const { method = "GET", headers = {}, body, signal } = request;
  const options: RequestOptions = {
    method,
    headers: body === undefined ? headers : { ...headers, "content-length": String(Buffer.byteLength(body)) },
    ...(signal ? { signal } : {}),
  };
  const reply = await send(new URL(url), options, body);
  const pieces = new Pieces(reply, onBytes);
  return {
    status: reply.statusCode ?? 0,
    statusText: reply.statusMessage ?? "",
    headers: headersOf(reply),
    pieces,
    text: async () => Buffer.concat(await Array.fromAsync(pieces)).toString("utf8"),
  };
};

function send(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  // not by import(): that asks the module loader again for every call, and TLS is loaded only for those who need it
  const { request } = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve);
    sent.on("error", (cause) =>
      reject(options.signal?.aborted === true ? cause : new TypeError("fetch failed", { cause })),
    );
    sent.end(body);
  });
}

const mostWaiting = 64; // pieces; a reader that is slower than the vendor makes the vendor wait

/** The same as the reply's own iterator, at a fraction of its cost, which is paid for every answer. */
class Pieces implements AsyncIterable<Uint8Array<ArrayBuffer>> {
  readonly #reply: IncomingMessage;
  readonly #waiting: Buffer[] = [];
  #wake: (() => void) | undefined;
  #end: { readonly error: Error | undefined } | undefined;

  constructor(reply: IncomingMessage, onBytes: (() => void) | undefined) {
    this.#reply = reply;
    reply.on("data", (piece: Buffer) => {
      onBytes?.();
      this.#waiting.push(piece);
      if (this.#waiting.length >= mostWaiting) reply.pause();
      this.#wake?.();
    });
    reply.once("end", () => this.#close(undefined));
    reply.once("error", (error) => this.#close(error));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    try {
      for (;;) {
        for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
          yield new Uint8Array(next);
        }
        if (this.#end?.error !== undefined) throw this.#end.error;
        if (this.#end !== undefined) return;
        this.#reply.resume();
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      if (this.#end === undefined) this.#reply.destroy();
    }
  }

  #close(error: Error | undefined): void {
    this.#end = { error };
    this.#wake?.();
  }
}

function headersOf({ headers }: IncomingMessage): PlainHeaders {
  const plain: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) plain[name] = typeof value === "string" ? value : value.join(", ");
  }
  return plain;
}
