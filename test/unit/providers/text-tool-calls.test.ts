import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textOf, toolCallsOf } from "../../../src/protocol/message.ts";
import { CallScanner } from "../../../src/providers/text-tool-calls/call-scanner.ts";
import { answerOf, eventsOf, listTool, openEmulated, readTool, userRequest } from "../../emulators/emulated-model.ts";
import { startModelServer } from "../../emulators/model-server.ts";

const known = new Set(["read_file", "list_files"]);
const call = '<tool_call>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_call>';
const other = '<tool_call>{"name":"list_files","arguments":{}}</tool_call>';

type Scan = { readonly text: string; readonly calls: readonly string[]; readonly malformed: number };

function scan(pieces: readonly string[], isStrict = false): Scan {
  const scanner = new CallScanner({ known, isStrict });
  const text = pieces.map((piece) => scanner.push(piece)).join("") + scanner.end();
  return {
    text,
    calls: scanner.calls.map(({ name, input }) => `${name} ${JSON.stringify(input)}`),
    malformed: scanner.calls.filter((each) => each.malformed !== undefined).length,
  };
}

const cases: readonly (readonly [string, string, Scan])[] = [
  ["no call", "Just words.", { text: "Just words.", calls: [], malformed: 0 }],
  ["a call alone", call, { text: "", calls: ['read_file {"path":"a"}'], malformed: 0 }],
  ["text and a call", `Let me see. ${call}`, { text: "Let me see. ", calls: ['read_file {"path":"a"}'], malformed: 0 }],
  ["two calls", `${call}\n${other}`, { text: "\n", calls: ['read_file {"path":"a"}', "list_files {}"], malformed: 0 }],
  [
    "a call fenced inside its tags",
    '<tool_call>\n```json\n{"name":"list_files","arguments":{}}\n```\n</tool_call>',
    { text: "", calls: ["list_files {}"], malformed: 0 },
  ],
  [
    "arguments as a text",
    '<tool_call>{"name":"read_file","arguments":"{\\"path\\":\\"a\\"}"}</tool_call>',
    { text: "", calls: ['read_file {"path":"a"}'], malformed: 0 },
  ],
  [
    "parameters for arguments",
    '<tool_call>{"name":"read_file","parameters":{"path":"a"}}</tool_call>',
    { text: "", calls: ['read_file {"path":"a"}'], malformed: 0 },
  ],
  [
    "the tag mentioned in prose",
    "Use <tool_call> tags like this.",
    { text: "Use <tool_call> tags like this.", calls: [], malformed: 0 },
  ],
  [
    "a call in a code fence",
    `Like so:\n\`\`\`\n${call}\n\`\`\`\nSee?`,
    { text: `Like so:\n\`\`\`\n${call}\n\`\`\`\nSee?`, calls: [], malformed: 0 },
  ],
  [
    "a call after a closed fence",
    `\`\`\`\nx\n\`\`\`\n${other}`,
    { text: "```\nx\n```\n", calls: ["list_files {}"], malformed: 0 },
  ],
  [
    "an unclosed but whole call",
    '<tool_call>{"name":"list_files","arguments":{}}',
    { text: "", calls: ["list_files {}"], malformed: 0 },
  ],
  [
    "a cut call",
    '<tool_call>{"name":"read_file","arguments":{"path":"a',
    {
      text: "",
      calls: ['read_file {"unreadable_arguments":"{\\"name\\":\\"read_file\\",\\"arguments\\":{\\"path\\":\\"a"}'],
      malformed: 1,
    },
  ],
  [
    "a closing tag inside a text",
    '<tool_call>{"name":"read_file","arguments":{"path":"x</tool_call>y"}}</tool_call>',
    { text: "", calls: ['read_file {"path":"x</tool_call>y"}'], malformed: 0 },
  ],
  [
    "a bare call",
    ' {"name": "read_file", "arguments": {"path": "a"}} ',
    { text: "", calls: ['read_file {"path":"a"}'], malformed: 0 },
  ],
  [
    "JSON that is an answer",
    '{"name": "Ada", "age": 36}',
    { text: '{"name": "Ada", "age": 36}', calls: [], malformed: 0 },
  ],
  [
    "a call written twice in one block",
    '<tool_call>{"name":"list_files","arguments":{}}{"name":"list_files","arguments":{}}</tool_call>',
    { text: "", calls: ["list_files {}"], malformed: 0 },
  ],
  ["a lesser sign at the end", "1 <", { text: "1 <", calls: [], malformed: 0 }],
  [
    "a call without a name",
    '<tool_call>{"arguments":{}}</tool_call>',
    { text: "", calls: ['unknown_tool {"arguments":{}}'], malformed: 1 },
  ],
];

describe("calls written as text", () => {
  test.each(cases)("%s", (_, written, expected) => expect(scan([written])).toEqual(expected));

  test("wherever the stream is split, the outcome is the same", () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.array(fc.nat(200), { maxLength: 12 }), ([, written], cuts) => {
        const places = [...new Set([0, ...cuts.filter((cut) => cut < written.length), written.length])].toSorted(
          (a, b) => a - b,
        );
        const pieces = places.slice(1).map((end, index) => written.slice(places[index], end));
        expect(scan(pieces)).toEqual(scan([written]));
      }),
    );
  });

  test("nothing that is no call is ever lost", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("<tool", "_call>", "</tool_call>", "{", "}", "`", "\n", "words ", '"'), {
          maxLength: 30,
        }),
        (pieces) => {
          const { text, calls } = scan(pieces);
          if (calls.length === 0) expect(text).toBe(pieces.join(""));
        },
      ),
    );
  });

  test("text before a call is shown while the call is still being written", () => {
    const scanner = new CallScanner({ known, isStrict: false });
    expect(scanner.push("I will look. <tool_")).toBe("I will look. ");
    expect(scanner.push('call>{"name":')).toBe("");
  });

  test("a model with tools of its own is only believed about tools it has", () => {
    const unknown = '<tool_call>{"name":"fly","arguments":{}}</tool_call>';
    expect(scan([unknown], true)).toEqual({ text: unknown, calls: [], malformed: 0 });
    expect(scan([call], true).calls).toEqual(['read_file {"path":"a"}']);
  });
});

describe("servers of open models", () => {
  test.each([
    [
      "Ollama",
      400,
      { error: { message: "registry.ollama.ai/library/hermes:latest does not support tools", type: "api_error" } },
    ],
    [
      "vLLM",
      400,
      { message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set' },
    ],
    ["llama.cpp", 500, { error: { message: "tools param requires --jinja flag" } }],
    ["OpenRouter", 404, { error: { message: "No endpoints found that support tool use." } }],
  ] as const)("%s refuses tools: calls go as text from then on, and it is told once", async (_, status, body) => {
    await using server = await startModelServer({
      reply: (request) =>
        request.body["tools"] === undefined ? { text: call } : { fault: { kind: "status", status, body } },
    });
    const model = await openEmulated(server);
    const request = userRequest("read a", [readTool, listTool]);
    const first = await eventsOf(model, request);
    expect(first.filter((event) => event.type === "retry")).toHaveLength(1);
    const last = first.at(-1);
    expect(last?.type === "finish" && toolCallsOf(last.message)).toMatchObject([
      { name: "read_file", input: { path: "a" } },
    ]);
    const second = await eventsOf(model, request);
    expect(second.filter((event) => event.type === "retry")).toHaveLength(0);
    expect(server.requests).toHaveLength(3);
  });

  test("a call that the server passed on as text is still a call", async () => {
    await using server = await startModelServer({ reply: () => ({ text: `Reading. ${call}` }) });
    const message = await answerOf(await openEmulated(server), userRequest("read a", [readTool]));
    expect(toolCallsOf(message)).toMatchObject([{ name: "read_file", input: { path: "a" } }]);
    expect(textOf(message)).toBe("Reading.");
    expect(message.stop).toBe("tool-calls");
  });

  test("a real call beside a written one wins, and the written one stays text", async () => {
    await using server = await startModelServer({
      reply: () => ({ text: `Like ${other}`, calls: [{ name: "read_file", arguments: { path: "b" } }] }),
    });
    const message = await answerOf(await openEmulated(server), userRequest("read", [readTool, listTool]));
    expect(toolCallsOf(message).map((part) => part.name)).toEqual(["read_file"]);
    expect(textOf(message)).toBe(`Like ${other}`);
  });

  test("a stream cut inside a written call keeps only what was shown", async () => {
    await using server = await startModelServer({
      reply: () => ({ text: `Reading now. ${call}`, pieceLength: 16, fault: { kind: "cut", after: 4 } }),
    });
    const events = await eventsOf(await openEmulated(server, { toolCalls: "text" }), userRequest("read", [readTool]));
    const last = events.at(-1);
    expect(last?.type === "error" && last.partial !== undefined && textOf(last.partial).trim()).toBe("Reading now.");
  });
});
