import { expect, test } from "vitest";
import { withWireIds } from "../../../src/agent/wire-ids.ts";
import type { Message } from "../../../src/protocol/message.ts";

const origin = { api: "openai-chat", provider: "test", model: "m" };

function turn(id: string, vendorId: string): readonly Message[] {
  return [
    {
      role: "assistant",
      parts: [{ type: "tool-call", id, vendorId, name: "t", input: {} }],
      origin,
      stop: "tool-calls",
    },
    { role: "tool", callId: id, name: "t", text: "", isError: false },
  ];
}

test("a vendor sees its own ids again, and a repeated one is told apart", () => {
  const sent = withWireIds([...turn("ours-1", "call_0"), ...turn("ours-2", "call_0"), ...turn("ours-3", "call_1")]);
  const ids = sent.map((message) => {
    if (message.role === "tool") return message.callId;
    return message.role === "assistant" && message.parts[0]?.type === "tool-call" ? message.parts[0].id : "";
  });
  expect(ids).toEqual(["call_0", "call_0", "ours-2", "ours-2", "call_1", "call_1"]);
});
