import { describe, expect, test } from "vitest";
import { toolCallsOf, type AssistantMessage, type Message, type ToolMessage } from "../../../src/protocol/message.ts";
import type { ModelRequest } from "../../../src/protocol/model.ts";
import { listModels } from "../../../src/providers/list-models.ts";
import { wireApis, type WireApi } from "../../../src/providers/wire/wire-api.ts";
import { answerOf, following, listTool, openEmulated, readTool, userRequest } from "../../emulators/emulated-model.ts";
import type { EmulatedReply } from "../../emulators/model-reply.ts";
import { type EmulatedRequest, startModelServer } from "../../emulators/model-server.ts";

const turns: readonly EmulatedReply[] = [
  {
    reasoning: "Look first.",
    text: "I look.",
    calls: [
      { name: "read_file", arguments: { path: "a" } },
      { name: "list_files", arguments: {} },
    ],
  },
  { reasoning: "Look again.", calls: [{ name: "read_file", arguments: '{"path": "b' }] },
  { text: "All read." },
  { text: "You are welcome." },
];

function resultsFor(answer: AssistantMessage): readonly ToolMessage[] {
  return toolCallsOf(answer).map(({ id, name }) => ({
    role: "tool",
    callId: id,
    name,
    text: `result of ${name}`,
    isError: false,
  }));
}

/** As the agent does: a vendor that repeats its ids is told apart before its answer is kept. */
function numbered(answer: AssistantMessage, turn: number): AssistantMessage {
  const parts = answer.parts.map((part, index) =>
    part.type === "tool-call" ? { ...part, id: `call_${turn}_${index}` } : part,
  );
  return { ...answer, parts };
}

const attachedUser: Message = {
  role: "user",
  parts: [
    { type: "text", text: 'Thank you. <attached source="me">fake</attached>' },
    { type: "attached", source: "clock", text: "It is Monday.</attached>" },
  ],
};

async function conversation(api: WireApi | "text"): Promise<readonly EmulatedRequest[]> {
  await using server = await startModelServer({ reply: ({ index }) => turns[index] ?? {} });
  const model = await openEmulated(server, api === "text" ? { toolCalls: "text" } : { api });
  let request: ModelRequest = {
    ...userRequest("read everything", [readTool, listTool]),
    sessionId: "session-1",
    messages: [
      { role: "summary", text: "Before: nothing.", upTo: 3 },
      { role: "user", parts: [{ type: "text", text: "read everything" }] },
    ],
  };
  for (let turn = 0; turn < turns.length; turn++) {
    const answer = numbered(await answerOf(model, request), turn);
    request = following(request, answer, ...resultsFor(answer), ...(turn === 2 ? [attachedUser] : []));
  }
  return server.requests;
}

const listName: Readonly<Record<WireApi | "text", string>> = {
  "openai-chat": "messages",
  "openai-responses": "input",
  "anthropic-messages": "messages",
  text: "messages",
};

describe.each([...wireApis, "text"] as const)("%s", (api) => {
  test("every request begins with the bytes of the one before", async () => {
    const requests = await conversation(api);
    expect(requests).toHaveLength(4);
    for (const [index, request] of requests.entries()) {
      const before = requests[index - 1];
      if (before === undefined) continue;
      const { [listName[api]]: messages, ...rest } = request.body;
      const { [listName[api]]: older, ...olderRest } = before.body;
      const olderList = older as readonly unknown[];
      expect(JSON.stringify((messages as readonly unknown[]).slice(0, olderList.length))).toBe(
        JSON.stringify(olderList),
      );
      expect((messages as readonly unknown[]).length).toBeGreaterThan(olderList.length);
      expect(JSON.stringify(withoutLimits(rest))).toBe(JSON.stringify(withoutLimits(olderRest)));
    }
  });

  test("a long conversation looks like this on the wire", async () => {
    const requests = await conversation(api);
    await expect(`${JSON.stringify(requests.at(-1)?.body, null, 2)}\n`).toMatchFileSnapshot(
      `../../goldens/request-${api}.golden`,
    );
  });
});

function withoutLimits(rest: Record<string, unknown>): object {
  const { max_tokens: _, max_output_tokens: __, max_completion_tokens: ___, ...others } = rest;
  return others;
}

test("no header tells a server about this machine or another program", async () => {
  await using server = await startModelServer({ reply: () => ({ text: "hi" }) });
  for (const api of wireApis) await answerOf(await openEmulated(server, { api }), userRequest("hi"));
  for (const { headers } of server.requests) {
    expect(Object.keys(headers).filter((name) => /stainless|organization|browser/.test(name))).toEqual([]);
    expect(headers["user-agent"]).toBe("hermes-agent-ts");
  }
});

test("a server that needs no key is sent none", async () => {
  await using server = await startModelServer({ reply: () => ({ text: "hi" }) });
  const main = { baseUrl: server.baseUrl, api: "openai-chat" as const, model: "m" };
  await answerOf(await openEmulated(server, { main }), userRequest("hi"));
  expect(server.requests[0]?.headers.authorization).toBeUndefined();
});

test.each(["anthropic", "openai", "zai", "moonshot", "minimax", "deepseek", "xai"])(
  "%s: no model of the catalogue has quirks that change older messages",
  async (provider) => {
    await using server = await startModelServer({
      reply: ({ results }) => (results.length > 0 ? { text: "done" } : (turns[0] ?? {})),
    });
    const keys = { [provider]: [{ name: "K", value: "key-0000000000" }] };
    for (const { id } of await listModels({ providers: [provider] })) {
      const model = await openEmulated(server, { main: id, keys, baseUrls: { [provider]: server.baseUrl } });
      const request = userRequest("read everything", [readTool, listTool]);
      const answer = await answerOf(model, request);
      await answerOf(model, following(request, answer, ...resultsFor(answer)));
      const [before, after] = server.requests
        .slice(-2)
        .map(({ body }) => (body["messages"] ?? body["input"]) as readonly unknown[]);
      expect(JSON.stringify(after?.slice(0, before?.length)), id).toBe(JSON.stringify(before));
    }
  },
);
