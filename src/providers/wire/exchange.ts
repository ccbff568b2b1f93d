import type { PatientFetch, PatientReply, PatientRequest, PlainHeaders } from "../../lib/patient-fetch.ts";
import { ChatRepair } from "./chat-repair.ts";
import { repaired, streamRepair } from "./repaired-stream.ts";
import type { WireApi } from "./wire-api.ts";
import type { WireTarget } from "./wire-target.ts";

/** What was seen on the wire during one try. The library's own error texts lose most of it. */
export type Exchange = {
  status: number | undefined;
  headers: PlainHeaders | undefined;
  /** The body of a reply that was not a stream of events; at most 64 kB of it. */
  body: string | undefined;
  /** Why there was no reply at all. */
  connectError: unknown;
  /** At least one byte of an accepted reply arrived. */
  hasBytes: boolean;
};

export function newExchange(): Exchange {
  return { status: undefined, headers: undefined, body: undefined, connectError: undefined, hasBytes: false };
}

export type Tap = {
  readonly target: WireTarget;
  readonly exchange: Exchange;
  readonly fetch: PatientFetch;
  onActivity(): void;
};

/** A `fetch` for the library that notes what comes back, and strips what need not be sent. */
export function tappedFetch(tap: Tap): typeof globalThis.fetch {
  return async (input, init) => {
    let isStream = false;
    let isEarly = false; // bytes may arrive before it is known that they are a stream
    const onBytes = (): void => {
      isEarly = !isStream;
      if (isStream) noteBytes(tap);
    };
    const reply = await tap.fetch(urlOf(input), requestOf(init, tap.target), onBytes).catch((error) => {
      tap.exchange.connectError = error;
      throw error;
    });
    tap.exchange.status = reply.status;
    tap.exchange.headers = reply.headers;
    isStream = isEventStream(reply);
    if (!isStream) return wholeReply(reply, tap);
    if (isEarly) noteBytes(tap);
    return streamedReply(reply, tap.target.api);
  };
}

function urlOf(input: Parameters<typeof globalThis.fetch>[0]): string {
  return input instanceof Request ? input.url : String(input);
}

function requestOf(init: RequestInit = {}, target: WireTarget): PatientRequest {
  const { method, body, signal } = init;
  if (body !== undefined && body !== null && typeof body !== "string") {
    throw new TypeError("only text can be sent as a body");
  }
  return {
    headers: cleanHeaders(init.headers, target),
    ...(method === undefined ? {} : { method }),
    ...(typeof body === "string" ? { body } : {}),
    ...(signal ? { signal } : {}),
  };
}

function streamedReply(
  { status, headers: { "content-type": type = "" }, pieces }: PatientReply,
  api: WireApi,
): Response {
  const body = repaired(pieces, streamRepair(api));
  const headers = { "content-type": type };
  if (api === "anthropic-messages") return new Response(ReadableStream.from(encoded(body)), { status, headers });
  // the client iterates over whatever the body is, and a web stream would cost more than all of our own work
  return Object.defineProperty(new Response(null, { status, headers }), "body", { value: body });
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}

function noteBytes(tap: Tap): void {
  tap.exchange.hasBytes = true;
  tap.onActivity();
}

function isEventStream(reply: PatientReply): boolean {
  if (!isOk(reply)) return false;
  const type = reply.headers["content-type"] ?? "";
  return !/json|html/i.test(type); // some servers stream events under text/plain or no type at all
}

/** The library's user agent names another program, and its client adds a dozen headers about this machine. */
function cleanHeaders(given: RequestInit["headers"], target: WireTarget): PlainHeaders {
  const clean: Record<string, string> = {};
  for (const [name, value] of given instanceof Headers ? given : new Headers(given)) {
    if (!isUnwanted(name, target)) clean[name] = value;
  }
  clean["user-agent"] = "hermes-agent-ts";
  return clean;
}

function isUnwanted(name: string, target: WireTarget): boolean {
  if (target.key === undefined && (name === "authorization" || name === "x-api-key")) return true;
  return /^x-stainless-|^openai-(?:organization|project)$|dangerous-direct-browser/.test(name);
}

/** Errors, HTML pages, and answers of servers that ignore `stream: true`. */
async function wholeReply(reply: PatientReply, tap: Tap): Promise<Response> {
  const body = await reply.text();
  tap.exchange.body = body.slice(0, 65_536);
  if (isOk(reply)) tap.onActivity();
  const events = isOk(reply) && tap.target.api === "openai-chat" ? eventsOf(body) : undefined;
  if (events !== undefined) {
    tap.exchange.body = undefined;
    return new Response(events, { status: 200, headers: { "content-type": "text/event-stream" } });
  }
  return new Response(body, { status: isOk(reply) ? 502 : reply.status, headers: reply.headers });
}

function isOk({ status }: PatientReply): boolean {
  return status >= 200 && status < 300;
}

/** An unstreamed chat completion as the one event it stands for. */
function eventsOf(body: string): string | undefined {
  const reply = parsed(body) as { readonly choices?: readonly Record<string, unknown>[] } | undefined;
  const choice = reply?.choices?.[0];
  if (choice === undefined || typeof choice["message"] !== "object") return undefined;
  const chunk = { ...reply, choices: [{ ...choice, index: 0, delta: withIndexes(choice["message"]) }] };
  return new ChatRepair().push(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
}

function withIndexes(message: unknown): unknown {
  const { tool_calls: calls, ...rest } = message as { readonly tool_calls?: readonly object[] };
  return calls === undefined ? rest : { ...rest, tool_calls: calls.map((call, index) => ({ ...call, index })) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // not an answer: the caller passes it on as the failure it is
  }
}
