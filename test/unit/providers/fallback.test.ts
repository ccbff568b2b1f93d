import { expect, test } from "vitest";
import { textOf } from "../../../src/protocol/message.ts";
import type { Endpoint } from "../../../src/providers/model-selection.ts";
import { answerOf, eventsOf, openEmulated, userRequest } from "../../emulators/emulated-model.ts";
import { createFastClock } from "../../emulators/fast-clock.ts";
import type { EmulatedReply } from "../../emulators/model-reply.ts";
import { type ModelServer, startModelServer } from "../../emulators/model-server.ts";

const request = userRequest("hello");
const keys = [
  { name: "KEY_ONE", value: "sk-one-0000000000" },
  { name: "KEY_TWO", value: "sk-two-0000000000" },
];

function endpoint(server: ModelServer, model: string): Endpoint {
  return { baseUrl: server.baseUrl, api: "openai-chat", model, keys };
}

function limited(): EmulatedReply {
  return { fault: { kind: "status", status: 429, headers: { "retry-after": "600" } } };
}

test("another key is used at once when the first is limited", async () => {
  await using server = await startModelServer({
    reply: ({ headers }) => (headers.authorization?.includes("one") === true ? limited() : { text: "second key" }),
  });
  const model = await openEmulated(server, { main: endpoint(server, "m") });
  const events = await eventsOf(model, request);
  expect(events[0]).toMatchObject({ type: "retry", model: "custom/m", delayMs: 0, failure: { kind: "rate-limited" } });
  expect(events.at(-1)?.type).toBe("finish");
});

test("another key is used at once when the first is refused", async () => {
  await using server = await startModelServer({
    reply: ({ headers }) =>
      headers.authorization?.includes("one") === true ? { fault: { kind: "status", status: 401 } } : { text: "ok" },
  });
  expect(textOf(await answerOf(await openEmulated(server, { main: endpoint(server, "m") }), request))).toBe("ok");
  expect(server.requests).toHaveLength(2);
});

test.each<[string, EmulatedReply]>([
  ["is overloaded", { fault: { kind: "status", status: 503 } }],
  ["is limited for long", limited()],
  ["has no such model", { fault: { kind: "status", status: 404, body: { error: { message: "model not found" } } } }],
  ["refuses both keys", { fault: { kind: "status", status: 401 } }],
  ["is a web page", { fault: { kind: "html" } }],
  ["never answers", { fault: { kind: "silence" } }],
  ["answers with nothing", { text: "" }],
])("the fallback answers and is named when the main model %s", async (_, fault) => {
  await using broken = await startModelServer({ reply: () => fault });
  await using sound = await startModelServer({ reply: () => ({ text: "from the fallback" }) });
  const model = await openEmulated(broken, {
    main: endpoint(broken, "main"),
    fallbacks: [endpoint(sound, "spare")],
    clock: createFastClock(400),
    timeLimits: { firstByteMs: 120_000 },
  });
  const events = await eventsOf(model, request);
  const last = events.at(-1);
  expect(last?.type === "finish" && textOf(last.message)).toBe("from the fallback");
  expect(last?.type === "finish" && last.message.origin.model).toBe("spare");
  expect(events.findLast((event) => event.type === "retry")).toMatchObject({ model: "custom/spare", delayMs: 0 });
});

test("a model that has just failed is not asked first again", async () => {
  await using broken = await startModelServer({ reply: () => ({ fault: { kind: "status", status: 404 } }) });
  await using sound = await startModelServer({ reply: () => ({ text: "here" }) });
  const model = await openEmulated(broken, { main: endpoint(broken, "main"), fallbacks: [endpoint(sound, "spare")] });
  await answerOf(model, request);
  await answerOf(model, request);
  expect([broken.requests.length, sound.requests.length]).toEqual([1, 2]);
});

test("a prompt that is too long is not handed to the fallback", async () => {
  const body = { error: { message: "prompt is too long" } };
  await using main = await startModelServer({ reply: () => ({ fault: { kind: "status", status: 400, body } }) });
  await using spare = await startModelServer({ reply: () => ({ text: "no" }) });
  const model = await openEmulated(main, { main: endpoint(main, "main"), fallbacks: [endpoint(spare, "spare")] });
  expect((await eventsOf(model, request)).at(-1)).toMatchObject({
    type: "error",
    failure: { kind: "context-overflow" },
  });
  expect(spare.requests).toHaveLength(0);
});

test("ten turns at once on six requests a minute all finish", async () => {
  const clock = createFastClock(200);
  let windowStart = clock.now();
  let used = 0;
  await using server = await startModelServer({
    reply: () => {
      if (clock.now() - windowStart >= 60_000) [windowStart, used] = [clock.now(), 0];
      used += 1;
      const left = Math.ceil((windowStart + 60_000 - clock.now()) / 1_000);
      return used > 6
        ? { fault: { kind: "status", status: 429, headers: { "retry-after": String(left) } } }
        : { text: "done" };
    },
  });
  const model = await openEmulated(server, { clock, main: { ...endpoint(server, "m"), keys: keys.slice(0, 1) } });
  const answers = await Promise.all(Array.from({ length: 10 }, () => answerOf(model, request)));
  expect(answers.map(textOf)).toEqual(Array.from({ length: 10 }, () => "done"));
  expect(server.requests.length).toBeLessThan(20);
});

test("a limit without a wish is met with growing pauses", async () => {
  await using server = await startModelServer({
    reply: ({ index }) => (index < 4 ? { fault: { kind: "status", status: 429 } } : { text: "through" }),
  });
  const model = await openEmulated(server, { clock: createFastClock(200) });
  const events = await eventsOf(model, request);
  const delays = events.flatMap((event) => (event.type === "retry" ? [Math.round(event.delayMs / 100) / 10] : []));
  expect(delays.map((delay) => Math.ceil(delay * 2) / 2)).toEqual([0.5, 1, 2, 4]);
});
