import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { anthropicEvents } from "./anthropic-wire.ts";
import { chatDocument, chatEvents } from "./chat-wire.ts";
import type { EmulatedApi, EmulatedFault, EmulatedReply } from "./model-reply.ts";
import { lastUserText, toolResults } from "./read-request.ts";
import { responsesEvents } from "./responses-wire.ts";

export type EmulatedRequest = {
  readonly api: EmulatedApi;
  /** Counts from 0 over all model calls of this server. */
  readonly index: number;
  readonly headers: IncomingHttpHeaders;
  /** The body exactly as it came. */
  readonly raw: string;
  readonly body: Record<string, unknown>;
  readonly model: string;
  /** The person's newest words, as far as they can be told from the wire. */
  readonly asked: string;
  /** Results of tools since then. */
  readonly results: readonly string[];
};

export type ModelServerOptions = {
  reply(request: EmulatedRequest): EmulatedReply | Promise<EmulatedReply>;
  /** What `/v1/models` lists; a string stands for `{ id }`. */
  readonly models?: readonly (string | object)[];
  /** Other JSON documents by path, such as `/props` or `/api/ps`. */
  readonly documents?: Readonly<Record<string, object>>;
  /** 0 or absent: any free one. */
  readonly port?: number;
};

export type ModelServer = AsyncDisposable & {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** With `/v1`, as most clients want it. */
  readonly baseUrl: string;
  readonly port: number;
  /** Every model call so far, in order of arrival. */
  readonly requests: readonly EmulatedRequest[];
  /** How many clients are connected at this moment. */
  connections(): Promise<number>;
  close(): Promise<void>;
};

/** A model vendor on loopback that speaks three wires and does what it is told, faults included. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const requests: EmulatedRequest[] = [];
  const server = createServer((request, response) => {
    serve({ options, requests, request, response }).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const close = (): Promise<void> => closeServer(server);
  const connections = (): Promise<number> =>
    new Promise((resolve, reject) =>
      server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    );
  return { origin, baseUrl: `${origin}/v1`, port, requests, connections, close, [Symbol.asyncDispose]: close };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

type Exchange = {
  readonly options: ModelServerOptions;
  readonly requests: EmulatedRequest[];
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
};

const apis: Readonly<Record<string, EmulatedApi>> = {
  "/chat/completions": "openai-chat",
  "/responses": "openai-responses",
  "/messages": "anthropic-messages",
};

async function serve({ options, requests, request, response }: Exchange): Promise<void> {
  const raw = await textOf(request);
  const path = (request.url ?? "/").replace(/\?.*$/, "");
  const document = options.documents?.[path];
  if (document !== undefined) return sendJson(response, 200, document);
  if (path === "/v1/models")
    return sendJson(response, 200, { object: "list", data: (options.models ?? []).map(listed) });
  const api = path.startsWith("/v1/") ? apis[path.slice("/v1".length)] : undefined;
  if (api === undefined || request.method !== "POST") return sendHtml(response, 404);
  const body = JSON.parse(raw) as Record<string, unknown>;
  const seen: EmulatedRequest = {
    api,
    index: requests.length,
    headers: request.headers,
    raw,
    body,
    model: String(body["model"]),
    asked: lastUserText(api, body),
    results: toolResults(api, body),
  };
  requests.push(seen);
  await answer(response, seen, await options.reply(seen));
}

function listed(model: string | object): object {
  return typeof model === "string" ? { id: model, object: "model" } : model;
}

async function answer(response: ServerResponse, request: EmulatedRequest, reply: EmulatedReply): Promise<void> {
  const { fault } = reply;
  const events = eventsFor(request, reply);
  if (fault !== undefined && "after" in fault) return sendStream(response, { events, reply, fault });
  switch (fault?.kind) {
    case "status":
      return sendStatus(response, fault);
    case "html":
      return sendHtml(response, fault.status ?? 200);
    case "silence":
      return;
    case "unstreamed":
      return sendJson(response, 200, chatDocument(reply, request.model));
    case undefined:
      if (request.body["stream"] !== true) return sendJson(response, 200, chatDocument(reply, request.model));
      return sendStream(response, { events, reply, fault: undefined });
  }
}

function eventsFor(request: EmulatedRequest, reply: EmulatedReply): readonly string[] {
  switch (request.api) {
    case "openai-chat":
      return chatEvents(reply, request.model);
    case "openai-responses":
      return responsesEvents(reply, request.model);
    case "anthropic-messages":
      return anthropicEvents(reply, request.model);
  }
}

type StreamFault = Extract<EmulatedFault, { readonly after: number }>;
type Streamed = {
  readonly events: readonly string[];
  readonly reply: EmulatedReply;
  readonly fault: StreamFault | undefined;
};

async function sendStream(response: ServerResponse, { events, reply, fault }: Streamed): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.flushHeaders();
  for (const event of events.slice(0, fault?.after ?? events.length)) {
    if (response.destroyed) return;
    await new Promise<void>((resolve) => response.write(event, () => resolve()));
    if (reply.pieceDelayMs !== undefined) await sleep(reply.pieceDelayMs);
  }
  await endStream(response, fault);
}

async function endStream(response: ServerResponse, fault: StreamFault | undefined): Promise<void> {
  switch (fault?.kind) {
    case "stall":
      return;
    case "cut":
      await sleep(5); // let what was written leave first
      response.destroy();
      return;
    case "error-event":
      response.end(`event: error\ndata: ${JSON.stringify(fault.body)}\n\n`);
      return;
    case "half-close":
    case undefined:
      response.end();
  }
}

function sendStatus(response: ServerResponse, fault: Extract<EmulatedFault, { readonly kind: "status" }>): void {
  const body = fault.body ?? { error: { message: `status ${fault.status}` } };
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
  response.end(text);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function sendHtml(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end("<!doctype html><html><body><h1>Nothing here</h1></body></html>");
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
