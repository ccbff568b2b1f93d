import { expect, test } from "vitest";
import type { ModelEvent } from "../../../src/protocol/model.ts";
import { textOf } from "../../../src/protocol/message.ts";
import { wireApis } from "../../../src/providers/wire/wire-api.ts";
import {
  answerOf,
  eventsOf,
  lastEventOf,
  openEmulated,
  readTool,
  userRequest,
} from "../../emulators/emulated-model.ts";
import { createFastClock } from "../../emulators/fast-clock.ts";
import { type EmulatedReply, overflowTexts } from "../../emulators/model-reply.ts";
import { type ModelServer, startModelServer } from "../../emulators/model-server.ts";

const request = userRequest("hello", [readTool]);

function serverOf(...replies: readonly EmulatedReply[]): Promise<ModelServer> {
  return startModelServer({ reply: ({ index }) => replies[Math.min(index, replies.length - 1)] ?? {} });
}

function status(code: number, body?: object | string, headers?: Record<string, string>): EmulatedReply {
  return {
    fault: {
      kind: "status",
      status: code,
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    },
  };
}

function retriesOf(events: readonly ModelEvent[]): readonly Extract<ModelEvent, { type: "retry" }>[] {
  return events.filter((event) => event.type === "retry");
}

test.each(wireApis)("%s: a limited rate is waited for as long as the vendor asks", async (api) => {
  await using server = await serverOf(status(429, undefined, { "retry-after": "7" }), { text: "at last" });
  const clock = createFastClock(100);
  const model = await openEmulated(server, { api, clock });
  const startedAt = clock.now();
  const events = await eventsOf(model, request);
  expect(events.at(-1)?.type).toBe("finish");
  expect(retriesOf(events)[0]?.failure.kind).toBe("rate-limited");
  expect(retriesOf(events)[0]?.delayMs).toBeGreaterThan(5_000);
  expect(clock.now() - startedAt).toBeGreaterThanOrEqual(7_000);
});

test("a wait given as a date or in milliseconds counts too", async () => {
  const inHalfAMinute = new Date(Date.now() + 30_000).toUTCString();
  await using server = await serverOf(
    status(429, undefined, { "retry-after": inHalfAMinute }),
    status(429, undefined, { "retry-after-ms": "250", "retry-after": "90" }),
    { text: "ok" },
  );
  const events = await eventsOf(await openEmulated(server, { clock: createFastClock(50) }), request);
  expect(retriesOf(events).map((event) => event.failure.retryAfterMs ?? 0)[1]).toBe(250);
  expect(retriesOf(events)[0]?.failure.retryAfterMs).toBeGreaterThan(10_000);
});

test("a wait longer than anybody would want is a failure that says so", async () => {
  await using server = await serverOf(status(429, { error: { message: "Try tomorrow" } }, { "retry-after": "86400" }));
  const last = await lastEventOf(await openEmulated(server), request);
  expect(last.type === "error" && last.failure).toMatchObject({
    kind: "rate-limited",
    status: 429,
    retryAfterMs: 86_400_000,
  });
});

test.each([500, 502, 503, 529])("status %i is asked again with growing pauses", async (code) => {
  await using server = await serverOf(status(code), status(code), status(code), { text: "back" });
  const events = await eventsOf(await openEmulated(server, { clock: createFastClock(100) }), request);
  expect(events.at(-1)?.type).toBe("finish");
  expect(retriesOf(events).map((event) => [event.failure.kind, event.delayMs])).toEqual([
    ["overloaded", 500],
    ["overloaded", 1_000],
    ["overloaded", 2_000],
  ]);
});

test("a server that is not there is tried a few times and then named", async () => {
  const server = await serverOf({});
  await server.close();
  const events = await eventsOf(await openEmulated(server, { clock: createFastClock(100) }), request);
  const last = events.at(-1);
  expect(retriesOf(events)).toHaveLength(3);
  expect(last?.type === "error" && last.failure.kind).toBe("unreachable");
  expect(last?.type === "error" && last.failure.message).toContain(
    `${server.baseUrl} could not be reached and said "ECONNREFUSED"`,
  );
});

test("a server that never answers is given up at the limit, and the wait is shown before", async () => {
  await using server = await serverOf({ fault: { kind: "silence" } });
  const timeLimits = { firstByteMs: 28_000, waitingMs: 10_000 };
  const events = await eventsOf(await openEmulated(server, { timeLimits, clock: createFastClock(100) }), request);
  expect(events.map((event) => event.type)).toEqual(["waiting", "waiting", "retry", "waiting", "waiting", "error"]);
  expect(events.find((event) => event.type === "waiting")?.elapsedMs).toBeGreaterThanOrEqual(10_000);
  expect(events.at(-1)).toMatchObject({ failure: { kind: "timed-out" } });
});

test("one deadline bounds all tries of a call", async () => {
  await using server = await serverOf({ fault: { kind: "silence" } });
  const clock = createFastClock(100);
  const startedAt = clock.now();
  const timeLimits = { firstByteMs: 300_000, callMs: 30_000 };
  const last = await lastEventOf(await openEmulated(server, { timeLimits, clock }), request);
  expect(last.type === "error" && last.failure.kind).toBe("timed-out");
  expect(clock.now() - startedAt).toBeLessThan(45_000);
});

test.each(wireApis)(
  "%s: a reply that stalls after some text is ended and its text kept, not asked for again",
  async (api) => {
    await using server = await serverOf({ text: "The first half of the answer", fault: { kind: "stall", after: 6 } });
    const events = await eventsOf(
      await openEmulated(server, { api, timeLimits: { betweenBytesMs: 20_000 }, clock: createFastClock(100) }),
      request,
    );
    const last = events.at(-1);
    expect(last?.type === "error" && last.failure.kind).toBe("timed-out");
    expect(last?.type === "error" && last.partial !== undefined && textOf(last.partial)).toMatch(/^The firs/);
    expect(server.requests).toHaveLength(1);
  },
);

test.each(wireApis)("%s: a connection cut half-way keeps the text and drops the unfinished call", async (api) => {
  await using server = await serverOf({
    text: "Half.",
    calls: [{ name: "read_file", arguments: { path: "a/very/long/path/that/takes/many/pieces" } }],
    pieceLength: 4,
    fault: { kind: "cut", after: 9 },
  });
  const last = await lastEventOf(await openEmulated(server, { api }), request);
  expect(last.type === "error" && last.failure.kind).toBe("cut");
  expect(last.type === "error" && last.partial?.parts.map((part) => part.type)).toEqual(["text"]);
  expect(last.type === "error" && last.partial?.stop).toBe("cut");
  expect(server.requests).toHaveLength(1);
});

test.each(wireApis)("%s: a body that ends without the ending counts as cut", async (api) => {
  await using server = await serverOf({ text: "Half an answer", fault: { kind: "half-close", after: 3 } });
  const last = await lastEventOf(await openEmulated(server, { api }), request);
  expect(last.type === "error" && last.failure.kind).toBe("cut");
});

test("a connection cut before any text is asked again", async () => {
  await using server = await serverOf({ text: "x", fault: { kind: "cut", after: 0 } }, { text: "whole" });
  expect(textOf(await answerOf(await openEmulated(server, { clock: createFastClock(100) }), request))).toBe("whole");
});

test.each(wireApis)("%s: an empty reply is asked again twice and then reported", async (api) => {
  await using server = await serverOf({ text: "" });
  const last = await lastEventOf(await openEmulated(server, { api, clock: createFastClock(100) }), request);
  expect(last.type === "error" && last.failure.kind).toBe("empty-reply");
  expect(server.requests).toHaveLength(3);
});

test.each(overflowTexts)(
  "$vendor's way of saying that the prompt is too long goes back at once",
  async ({ status: code, body }) => {
    await using server = await serverOf(status(code, body));
    const last = await lastEventOf(await openEmulated(server), request);
    expect(last.type === "error" && last.failure.kind).toBe("context-overflow");
    expect(server.requests).toHaveLength(1);
  },
);

test.each(wireApis)("%s: a refused key is named and never shown or tried again", async (api) => {
  await using server = await serverOf(
    status(401, { error: { message: "Incorrect API key provided: sk-test-key-000001" } }),
  );
  const last = await lastEventOf(await openEmulated(server, { api }), request);
  expect(last.type === "error" && last.failure).toMatchObject({
    kind: "bad-key",
    message: `The key in TEST_KEY was refused by ${server.baseUrl} (401): check it, or run hermes model test.`,
  });
  expect(JSON.stringify(last)).not.toContain("000001");
  expect(server.requests).toHaveLength(1);
});

test("a vendor that echoes the key does not get it into a sentence", async () => {
  await using server = await serverOf(status(400, { error: { message: "bad header sk-test-key-000001 seen" } }));
  const last = await lastEventOf(await openEmulated(server), request);
  expect(last.type === "error" && last.failure.message).toContain('said "bad header [redacted] seen"');
});

test.each(wireApis)("%s: a web page instead of an API names the address and the likely fix", async (api) => {
  await using server = await serverOf({ fault: { kind: "html" } });
  const last = await lastEventOf(await openEmulated(server, { api }), request);
  expect(last.type === "error" && last.failure.kind).toBe("not-an-api");
  expect(last.type === "error" && last.failure.message).toContain(server.baseUrl);
});

test("a base URL without /v1 is told so", async () => {
  await using server = await serverOf({ text: "hi" });
  const main = { baseUrl: server.origin, api: "openai-chat" as const, model: "emulated" };
  const last = await lastEventOf(await openEmulated(server, { main }), request);
  expect(last.type === "error" && last.failure).toMatchObject({
    kind: "not-an-api",
    message: `${server.origin} answered with a web page (404): the base URL most likely lacks /v1 (try ${server.origin}/v1).`,
  });
});

test.each([
  [402, { error: { message: "Payment required" } }, "no-credit"],
  [429, { error: { message: "You exceeded your current quota", code: "insufficient_quota" } }, "no-credit"],
  [400, { error: { message: "Your credit balance is too low" } }, "no-credit"],
  [404, { error: { message: "The model `x` does not exist" } }, "unknown-model"],
  [404, { error: { message: "model 'x' not found" } }, "unknown-model"],
  [400, { error: { message: "x is not a valid model ID" } }, "unknown-model"],
  [400, { error: { message: "API key not valid. Please pass a valid API key." } }, "bad-key"],
  [400, { error: { message: "messages.1: something is wrong" } }, "bad-request"],
  [403, { error: { message: "forbidden" } }, "bad-key"],
] as const)("status %i with %j is %s and not tried again", async (code, body, kind) => {
  await using server = await serverOf(status(code, body));
  const last = await lastEventOf(await openEmulated(server), request);
  expect(last.type === "error" && last.failure.kind).toBe(kind);
  expect(server.requests).toHaveLength(1);
});

test("an overload reported inside the stream is asked again", async () => {
  const body = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  await using server = await serverOf({ text: "", fault: { kind: "error-event", after: 1, body } }, { text: "fine" });
  const events = await eventsOf(
    await openEmulated(server, { api: "anthropic-messages", clock: createFastClock(100) }),
    request,
  );
  expect(retriesOf(events)[0]?.failure.kind).toBe("overloaded");
  expect(events.at(-1)?.type).toBe("finish");
});

test("a server that ignores the wish for a stream is understood", async () => {
  await using server = await serverOf({
    text: "All at once.",
    calls: [{ name: "read_file", arguments: { path: "b" } }],
    fault: { kind: "unstreamed" },
  });
  const message = await answerOf(await openEmulated(server), request);
  expect(message.parts).toMatchObject([
    { type: "text", text: "All at once." },
    { type: "tool-call", input: { path: "b" } },
  ]);
});

test("what failed tries cost is part of the bill", async () => {
  const usage = { input: 100, output: 5 };
  await using server = await serverOf({ text: "", usage }, { text: "", usage }, { text: "well", usage });
  const last = await lastEventOf(await openEmulated(server, { clock: createFastClock(100) }), request);
  expect([last.usage?.inputTokens, last.usage?.outputTokens]).toEqual([300, 15]);
});
