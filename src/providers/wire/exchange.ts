import type { PatientFetch } from "../../lib/patient-fetch.ts";
import { ChatRepair, repairedChat } from "./chat-repair.ts";
import type { WireTarget } from "./wire-target.ts";

/** What was seen on the wire during one try. The library's own error texts lose most of it. */
export type Exchange = {
  status: number | undefined;
  headers: Headers | undefined;
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
    const clean = { ...init, headers: cleanHeaders(init?.headers, tap.target) };
    const response = await tap.fetch(input, clean, onBytes).catch((error) => {
      tap.exchange.connectError = error;
      throw error;
    });
    tap.exchange.status = response.status;
    tap.exchange.headers = response.headers;
    isStream = isEventStream(response);
    if (!isStream) return wholeReply(response, tap);
    if (isEarly) noteBytes(tap);
    return tap.target.api === "openai-chat" ? withRepairs(response) : response;
  };
}

function withRepairs({ body, status, headers }: Response): Response {
  return new Response(body === null ? null : repairedChat(body), { status, headers });
}

function noteBytes(tap: Tap): void {
  tap.exchange.hasBytes = true;
  tap.onActivity();
}

function isEventStream(response: Response): boolean {
  if (!response.ok || response.body === null) return false;
  const type = response.headers.get("content-type") ?? "";
  return !/json|html/i.test(type); // some servers stream events under text/plain or no type at all
}

/** The library's user agent names another program, and its client adds a dozen headers about this machine. */
function cleanHeaders(given: ConstructorParameters<typeof Headers>[0] | undefined, target: WireTarget): Headers {
  const headers = new Headers(given);
  for (const name of Array.from(headers.keys())) {
    if (/^x-stainless-|^openai-(?:organization|project)$|dangerous-direct-browser/i.test(name)) headers.delete(name);
  }
  if (target.key === undefined) {
    headers.delete("authorization");
    headers.delete("x-api-key");
  }
  headers.set("user-agent", "hermes-agent-ts");
  return headers;
}

/** Errors, HTML pages, and answers of servers that ignore `stream: true`. */
async function wholeReply(response: Response, tap: Tap): Promise<Response> {
  const body = await response.text();
  tap.exchange.body = body.slice(0, 65_536);
  if (response.ok) tap.onActivity();
  const events = response.ok && tap.target.api === "openai-chat" ? eventsOf(body) : undefined;
  if (events !== undefined) {
    tap.exchange.body = undefined;
    return new Response(events, { status: 200, headers: { "content-type": "text/event-stream" } });
  }
  return new Response(body, { status: response.ok ? 502 : response.status, headers: response.headers });
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
