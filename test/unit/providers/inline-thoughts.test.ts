import { expect, test } from "vitest";
import { textOf } from "../../../src/protocol/message.ts";
import {
  answerOf,
  eventsOf,
  lastEventOf,
  openEmulated,
  readTool,
  userRequest,
} from "../../emulators/emulated-model.ts";
import { createFastClock } from "../../emulators/fast-clock.ts";
import { startModelServer } from "../../emulators/model-server.ts";

const call = '<tool_call>{"name":"read_file","arguments":{"path":"a"}}</tool_call>';

test.each([1, 3, 8, 200])(
  "a thought at the beginning is no part of the answer, in pieces of %i",
  async (pieceLength) => {
    await using server = await startModelServer({
      reply: () => ({ text: "\n<think>\nHm, < 3.\n</think>\n\nIt is 2 <think.", pieceLength }),
    });
    const events = await eventsOf(await openEmulated(server), userRequest("1+1"));
    const shown = (type: string): string =>
      events.map((event) => (event.type === type && "text" in event ? event.text : "")).join("");
    expect(shown("text-delta")).toBe("It is 2 <think.");
    expect(shown("reasoning-delta")).toBe("\nHm, < 3.\n");
    const last = events.at(-1);
    expect(last?.type === "finish" && last.message.parts).toEqual([
      { type: "reasoning", text: "Hm, < 3." },
      { type: "text", text: "It is 2 <think." },
    ]);
  },
);

test("a thought and a call in text go together", async () => {
  await using server = await startModelServer({ reply: () => ({ text: `<think>I must ${call}.</think>${call}` }) });
  const message = await answerOf(await openEmulated(server, { toolCalls: "text" }), userRequest("read", [readTool]));
  expect(message.parts.map((part) => part.type)).toEqual(["reasoning", "tool-call"]);
});

test("a thought alone is an empty answer", async () => {
  await using server = await startModelServer({ reply: () => ({ text: "<think>Hm.</think>\n" }) });
  const last = await lastEventOf(await openEmulated(server, { clock: createFastClock(100) }), userRequest("hi"));
  expect(last.type === "error" && last.failure.kind).toBe("empty-reply");
});

test("an answer without a thought is left as it is", async () => {
  await using server = await startModelServer({ reply: () => ({ text: "Use <think> tags." }) });
  expect(textOf(await answerOf(await openEmulated(server), userRequest("hi")))).toBe("Use <think> tags.");
});
