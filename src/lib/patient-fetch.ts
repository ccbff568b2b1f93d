import type { IncomingMessage, RequestOptions } from "node:http";

/** `fetch` that tells of every piece of the body that arrives. */
export type PatientFetch = (
  input: Parameters<typeof globalThis.fetch>[0],
  init?: RequestInit,
  onBytes?: () => void,
) => Promise<Response>;

/**
 * `fetch` without its built-in limit of five minutes for the first byte and between bytes: a local model may need
 * longer, and whoever calls has a deadline of its own. Takes a string as body; follows no redirects.
 */
export const patientFetch: PatientFetch = async (input, init, onBytes) => {
  const given = input instanceof Request ? input.url : input;
  const url = new URL(given);
  const body = bodyOf(init?.body);
  const headers = Object.fromEntries(new Headers(init?.headers));
  const options: RequestOptions = {
    method: init?.method ?? "GET",
    headers: body === undefined ? headers : { ...headers, "content-length": String(Buffer.byteLength(body)) },
    ...(init?.signal ? { signal: init.signal } : {}),
  };
  const reply = await send(url, options, body);
  return new Response(hasBody(reply) ? webStream(reply, onBytes) : null, {
    status: reply.statusCode ?? 0,
    statusText: reply.statusMessage ?? "",
    headers: headersOf(reply),
  });
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

function bodyOf(body: RequestInit["body"]): string | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === "string") return body;
  throw new TypeError("patientFetch takes only text as a body");
}

function hasBody({ statusCode }: IncomingMessage): boolean {
  return statusCode !== 204 && statusCode !== 304;
}

/** The same as `Readable.toWeb` at a third of its cost, which is paid for every answer. */
function webStream(reply: IncomingMessage, onBytes: (() => void) | undefined): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start: (controller) => {
      reply.on("data", (chunk: Buffer) => {
        onBytes?.();
        controller.enqueue(new Uint8Array(chunk));
        if ((controller.desiredSize ?? 0) <= 0) reply.pause();
      });
      reply.once("end", () => controller.close());
      reply.once("error", (error) => controller.error(error));
    },
    pull: () => void reply.resume(),
    cancel: () => void reply.destroy(),
  });
}

function headersOf(reply: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(reply.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}
