import { describe, expect, test } from "vitest";
import { toolCallsOf, type Message } from "../../../src/protocol/message.ts";
import type { Model } from "../../../src/protocol/model.ts";
import { answerOf, following, openEmulated, readTool, userRequest } from "../../emulators/emulated-model.ts";
import { type EmulatedRequest, type ModelServer, startModelServer } from "../../emulators/model-server.ts";

const kinds = ["openai-chat", "openai-responses", "anthropic-messages", "text"] as const;
type Kind = (typeof kinds)[number];

function serve(): Promise<ModelServer> {
  return startModelServer({
    reply: ({ results, body, asked }) => {
      if (results.length > 0 || asked.includes("<tool_response>")) return { text: "done" };
      const call = { id: "x".repeat(90), name: "read_file", arguments: { path: "a" } };
      const isText = body["tools"] === undefined;
      const text = '<tool_call>{"name": "read_file", "arguments": {"path": "a"}}</tool_call>';
      return isText
        ? { reasoning: "secret thought", text }
        : { reasoning: "secret thought", text: "Reading.", calls: [call] };
    },
  });
}

function open(server: ModelServer, kind: Kind, model: string): Promise<Model> {
  const api = kind === "text" ? "openai-chat" : kind;
  const main = { baseUrl: server.baseUrl, api, model, keys: [{ name: "K", value: "sk-000000000000" }] };
  return openEmulated(server, { main, toolCalls: kind === "text" ? "text" : "auto" });
}

describe.each(kinds)("after a thought and a tool call on %s", (from) => {
  test.each(kinds)("the conversation goes on with %s", async (to) => {
    await using server = await serve();
    const request = userRequest("read a", [readTool]);
    const answer = await answerOf(await open(server, from, "first"), request);
    const results = toolCallsOf(answer).map(({ id, name }): Message => ({
      role: "tool",
      callId: id,
      name,
      text: "A",
      isError: false,
    }));
    expect(results).toHaveLength(1);
    const next = following(request, answer, ...results);
    await answerOf(await open(server, to, "second"), next);
    const seen = server.requests[1];
    if (seen === undefined) throw new Error("nothing was sent");
    expect(problemsOf(to, seen)).toEqual([]);
    expect(seen.raw).not.toContain("secret thought");
  });

  test("the same model gets its thoughts back as it sent them", async () => {
    await using server = await serve();
    const request = userRequest("read a", [readTool]);
    const model = await open(server, from, "first");
    const answer = await answerOf(model, request);
    const call = toolCallsOf(answer)[0];
    const result: Message = { role: "tool", callId: call?.id ?? "", name: "read_file", text: "A", isError: false };
    await answerOf(model, following(request, answer, result));
    const isKept = server.requests[1]?.raw.includes("secret thought");
    expect(isKept).toBe(from !== "text");
  });
});

/** What the vendor would refuse. */
function problemsOf(kind: Kind, { body }: EmulatedRequest): readonly string[] {
  switch (kind) {
    case "text":
      return JSON.stringify(body).includes('"tool_calls"') ? ["native calls"] : [];
    case "openai-chat":
      return chatProblems(body["messages"] as readonly Record<string, unknown>[]);
    case "openai-responses":
      return responsesProblems(body["input"] as readonly Record<string, unknown>[]);
    case "anthropic-messages":
      return anthropicProblems(body["messages"] as readonly Record<string, unknown>[]);
  }
}

function chatProblems(messages: readonly Record<string, unknown>[]): readonly string[] {
  const calls = messages.flatMap((message) => (message["tool_calls"] ?? []) as readonly { id: string }[]);
  const results = messages.filter((message) => message["role"] === "tool").map((message) => message["tool_call_id"]);
  return [
    ...calls.filter((call) => call.id.length > 40).map((call) => `long id ${call.id}`),
    ...calls.filter((call) => !results.includes(call.id)).map((call) => `no result for ${call.id}`),
  ];
}

function responsesProblems(items: readonly Record<string, unknown>[]): readonly string[] {
  const outputs = items.filter((item) => item["type"] === "function_call_output").map((item) => item["call_id"]);
  return items
    .filter((item) => item["type"] === "function_call")
    .flatMap((item) => [
      ...(outputs.includes(item["call_id"]) ? [] : [`no output for ${String(item["call_id"])}`]),
      ...(item["id"] === undefined || (item["id"] as string).startsWith("fc_")
        ? []
        : [`item id ${item["id"] as string}`]),
    ]);
}

function anthropicProblems(messages: readonly Record<string, unknown>[]): readonly string[] {
  return messages.flatMap((message, index) => {
    const blocks = Array.isArray(message["content"]) ? (message["content"] as Record<string, unknown>[]) : [];
    const next = JSON.stringify(messages[index + 1] ?? {});
    return blocks
      .filter((block) => block["type"] === "tool_use")
      .flatMap((block) => [
        ...(/^[a-zA-Z0-9_-]{1,64}$/.test(String(block["id"])) ? [] : [`bad id ${String(block["id"])}`]),
        ...(next.includes(`"tool_use_id":"${String(block["id"])}"`) ? [] : [`no result for ${String(block["id"])}`]),
      ]);
  });
}
