import { expect, test } from "vitest";
import type { Json } from "../../../src/protocol/json.ts";
import { toolCallsOf } from "../../../src/protocol/message.ts";
import { parseToolArguments } from "../../../src/providers/tool-arguments.ts";
import { wireApis } from "../../../src/providers/wire/wire-api.ts";
import { answerOf, listTool, openEmulated, readTool, userRequest } from "../../emulators/emulated-model.ts";
import { startModelServer } from "../../emulators/model-server.ts";

const repaired: readonly (readonly [string, string, Json])[] = [
  ["plain", '{"path":"a"}', { path: "a" }],
  ["white space around", ' \n{"path":"a"}\t\n', { path: "a" }],
  ["pretty printed", '{\n  "path": "a"\n}', { path: "a" }],
  ["a code fence", '```json\n{"path":"a"}\n```', { path: "a" }],
  ["a fence without a language", '```\n{"path":"a"}\n```', { path: "a" }],
  ["a fence on one line", '```json {"path":"a"}```', { path: "a" }],
  ["written twice", '{"path":"a"}{"path":"a"}', { path: "a" }],
  ["written twice with a gap", '{"path":"a"}\n{"path":"a"}', { path: "a" }],
  ["twice with braces inside", '{"path":"}{"}{"path":"}{"}', { path: "}{" }],
  ["twice and nested", '{"a":{"b":1}}{"a":{"b":1}}', { a: { b: 1 } }],
  ["as a JSON string", '"{\\"path\\":\\"a\\"}"', { path: "a" }],
  ["as a string with a fence", '"```json\\n{\\"path\\":\\"a\\"}\\n```"', { path: "a" }],
  ["unicode", '{"path":"日本/ä"}', { path: "日本/ä" }],
  ["escapes", '{"path":"a\\nb\\u0041"}', { path: "a\nbA" }],
  ["an empty object", "{}", {}],
];

const broken: readonly (readonly [string, string, RegExp])[] = [
  ["cut in a string", '{"path":"a/b', /cut off after 12 characters/],
  ["cut after a colon", '{"path":', /cut off/],
  ["cut in a key", '{"pa', /cut off/],
  ["cut before the last brace", '{"path":"a"', /not valid JSON/],
  ["cut after a comma", '{"path":"a",', /not valid JSON/],
  ["cut in a list", '{"list":[1,2', /not valid JSON/],
  ["cut in an escape", '{"path":"a\\', /not valid JSON/],
  ["cut in a fence", '```json\n{"path":"a', /not valid JSON/],
  ["a raw line break in a string", '{"path":"a\nb"}', /not valid JSON/],
  ["single quotes", "{'path':'a'}", /not valid JSON/],
  ["bare keys", '{path:"a"}', /not valid JSON/],
  ["a trailing comma", '{"path":"a",}', /not valid JSON/],
  ["a comment", '{"path":"a" /* here */}', /not valid JSON/],
  ["Python words", '{"deep":True}', /not valid JSON/],
  ["two different objects", '{"path":"a"}{"path":"b"}', /not valid JSON/],
  ["an object and a half", '{"path":"a"}{"path":', /not valid JSON/],
  ["text before", 'Sure: {"path":"a"}', /not valid JSON/],
  ["text after", '{"path":"a"} I hope this helps', /not valid JSON/],
  ["XML", "<path>a</path>", /not valid JSON/],
  ["a list", '["a"]', /a list, not a JSON object/],
  ["a text", '"a"', /a text, not a JSON object/],
  ["a number", "42", /a number, not a JSON object/],
  ["a truth value", "true", /a boolean, not a JSON object/],
  ["nothing", "", /were empty/],
  ["null", "null", /were empty/],
  ["only white space", "  \n", /were empty/],
  ["not a number", '{"count":NaN}', /not valid JSON/],
];

test("there are at least forty cases", () => expect(repaired.length + broken.length).toBeGreaterThanOrEqual(40));

test.each(repaired)("arguments %s are read without loss", (_, raw, input) => {
  expect(parseToolArguments(raw, { mayBeEmpty: false })).toEqual({ ok: true, input });
});

test.each(broken)("arguments with %s are malformed, never guessed", (_, raw, problem) => {
  const parsed = parseToolArguments(raw, { mayBeEmpty: false });
  expect(parsed.ok).toBe(false);
  expect(parsed.ok ? "" : parsed.problem).toMatch(problem);
});

test.each(wireApis)("%s: every broken call reaches the agent as malformed", async (api) => {
  await using server = await startModelServer({
    reply: ({ index }) => ({ calls: [{ name: "read_file", arguments: broken[index]?.[1] ?? "" }] }),
  });
  const model = await openEmulated(server, { api });
  for (const [name, raw] of broken) {
    const [call] = toolCallsOf(await answerOf(model, userRequest("go", [readTool])));
    expect(call?.malformed, `${name}: ${raw}`).toBeDefined();
  }
});

test.each(wireApis)("%s: a call that the length limit cut is malformed and says so", async (api) => {
  await using server = await startModelServer({
    reply: () => ({ text: "Writing.", calls: [{ name: "read_file", arguments: '{"path":"a' }], stop: "length" }),
  });
  const message = await answerOf(await openEmulated(server, { api }), userRequest("go", [readTool]));
  expect(message.stop).toBe("length");
  expect(toolCallsOf(message)[0]?.malformed).toMatch(/length limit/);
});

test.each(wireApis)("%s: no arguments at all are fine where none are required", async (api) => {
  await using server = await startModelServer({ reply: () => ({ calls: [{ name: "list_files", arguments: "" }] }) });
  const [call] = toolCallsOf(await answerOf(await openEmulated(server, { api }), userRequest("go", [listTool])));
  expect(call).toMatchObject({ name: "list_files", input: {} });
  expect(call?.malformed).toBeUndefined();
});

test("a name written twice is the name", async () => {
  await using server = await startModelServer({
    reply: () => ({ calls: [{ name: "read_fileread_file", arguments: { path: "a" } }] }),
  });
  const [call] = toolCallsOf(await answerOf(await openEmulated(server), userRequest("go", [readTool])));
  expect(call?.name).toBe("read_file");
});

test("a call without an id gets one", async () => {
  await using server = await startModelServer({
    reply: () => ({ calls: [{ id: "", name: "read_file", arguments: { path: "a" } }] }),
  });
  const [call] = toolCallsOf(await answerOf(await openEmulated(server), userRequest("go", [readTool])));
  expect(call?.id).toMatch(/^call_/);
});
