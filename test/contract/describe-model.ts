import { describe, expect, test } from "vitest";
import { textOf, toolCallsOf } from "../../src/protocol/message.ts";
import type { Model } from "../../src/protocol/model.ts";
import {
  answerOf,
  eventsOf,
  following,
  lastEventOf,
  listTool,
  readTool,
  userRequest,
} from "../emulators/emulated-model.ts";
import type { EmulatedReply } from "../emulators/model-reply.ts";

export type ModelUnderTest = {
  /** Opens a model that answers its n-th call with the n-th reply, and then with the last. */
  open(...replies: readonly EmulatedReply[]): Promise<{ readonly model: Model } & AsyncDisposable>;
};

/** What every model promises, whoever stands behind it. */
export function describeModel(title: string, subject: ModelUnderTest): void {
  describe(`${title} keeps the contract of a model`, () => {
    testAnswers(subject);
    testCalls(subject);
    testStops(subject);
  });
}

function testAnswers(subject: ModelUnderTest): void {
  test("text arrives in pieces that add up to the message", async () => {
    await using opened = await subject.open({ text: "The quick brown fox jumps over the dog." });
    const events = await eventsOf(opened.model, userRequest("say something"));
    const deltas = events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
    const last = events.at(-1);
    expect(last?.type).toBe("finish");
    expect(deltas).toBe("The quick brown fox jumps over the dog.");
    expect(last?.type === "finish" ? textOf(last.message) : "").toBe(deltas);
    expect(last?.type === "finish" ? last.message.stop : "").toBe("end");
  });

  test("exactly one event ends the stream and it is the last", async () => {
    await using opened = await subject.open({ text: "hello" });
    const events = await eventsOf(opened.model, userRequest("hi"));
    expect(events.filter((event) => event.type === "finish" || event.type === "error")).toEqual([events.at(-1)]);
  });

  test("tokens are counted", async () => {
    await using opened = await subject.open({ text: "counted", usage: { input: 50, output: 7 } });
    const last = await lastEventOf(opened.model, userRequest("count"));
    expect(last.usage?.inputTokens).toBeGreaterThan(0);
    expect(last.usage?.outputTokens).toBeGreaterThan(0);
  });

  test("an answer says where it came from", async () => {
    await using opened = await subject.open({ text: "me" });
    const { origin } = await answerOf(opened.model, userRequest("who?"));
    expect(`${origin.provider}/${origin.model}`).toBe(opened.model.id);
  });
}

function testCalls(subject: ModelUnderTest): void {
  test("tool calls come whole, in order and with ids of their own", async () => {
    const calls = [
      { name: "read_file", arguments: { path: "a.txt" } },
      { name: "list_files", arguments: { folder: "ä/日本" } },
    ];
    await using opened = await subject.open({ text: "Looking.", calls });
    const message = await answerOf(opened.model, userRequest("look", [readTool, listTool]));
    const parts = toolCallsOf(message);
    expect(parts.map(({ name, input }) => ({ name, input }))).toEqual([
      { name: "read_file", input: { path: "a.txt" } },
      { name: "list_files", input: { folder: "ä/日本" } },
    ]);
    expect(new Set(parts.map((part) => part.id)).size).toBe(2);
    expect(message.stop).toBe("tool-calls");
    expect(textOf(message)).toBe("Looking.");
  });

  test("two calls of one answer differ in id even where the vendor repeats its own", async () => {
    const call = (path: string) => ({ id: "call_0", name: "read_file", arguments: { path } });
    await using opened = await subject.open({ calls: [call("a"), call("b")] });
    const message = await answerOf(opened.model, userRequest("again", [readTool]));
    const calls = toolCallsOf(message);
    expect(calls.map(({ input }) => input)).toEqual([{ path: "a" }, { path: "b" }]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  });

  test("an answer and its results can be sent back", async () => {
    await using opened = await subject.open(
      { reasoning: "I should look.", calls: [{ name: "read_file", arguments: { path: "a" } }] },
      { text: "It says A." },
    );
    const request = userRequest("what does a say?", [readTool]);
    const first = await answerOf(opened.model, request);
    const callId = toolCallsOf(first)[0]?.id ?? "";
    const result = { role: "tool" as const, callId, name: "read_file", text: "A", isError: false };
    expect(textOf(await answerOf(opened.model, following(request, first, result)))).toBe("It says A.");
  });
}

function testStops(subject: ModelUnderTest): void {
  test("a call that was stopped before it began ends at once", async () => {
    await using opened = await subject.open({ text: "never" });
    const startedAt = performance.now();
    const last = (await eventsOf(opened.model, userRequest("hi"), AbortSignal.abort())).at(-1);
    expect(last?.type === "error" ? last.failure.kind : last?.type).toBe("stopped");
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test("a call that is stopped half-way keeps what was said", async () => {
    await using opened = await subject.open({ text: "one two three four five six seven", pieceDelayMs: 5 });
    const stop = new AbortController();
    const events = [];
    for await (const event of opened.model.stream(userRequest("count"), stop.signal)) {
      events.push(event);
      if (event.type === "text-delta") stop.abort();
    }
    const last = events.at(-1);
    expect(last?.type === "error" ? last.failure.kind : last?.type).toBe("stopped");
    const shown = events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
    const kept = last?.type === "error" && last.partial !== undefined ? last.partial : undefined;
    expect(kept?.stop).toBe("cut");
    expect(kept === undefined ? "" : textOf(kept)).toContain(shown.trim());
  });
}
