import { expect, test } from "vitest";
import { textOf, toolCallsOf } from "../../../src/protocol/message.ts";
import { estimateCostUsd } from "../../../src/providers/estimate-cost.ts";
import { inTurn, script } from "../../../src/providers/scripted/script.ts";
import { createScriptedModel } from "../../../src/providers/scripted/scripted-model.ts";
import { answerOf, following, lastEventOf, readTool, userRequest } from "../../emulators/emulated-model.ts";

test("the same request gets the same reply, ids and cost included", async () => {
  const price = { inputUsd: 1, outputUsd: 10, cacheReadUsd: 0, cacheWriteUsd: 0 };
  const model = createScriptedModel({
    price,
    reply: () => ({ text: "a b", calls: [{ name: "read_file", input: { path: "a" } }] }),
  });
  const request = userRequest("hi", [readTool]);
  const first = await lastEventOf(model, request);
  expect(await lastEventOf(model, request)).toEqual(first);
  expect(first.usage?.costUsd).toBeGreaterThan(0);
  expect(first.usage?.costUsd).toBeLessThan(estimateCostUsd(model, request) ?? 0);
});

test("steps answer by what was asked and what the tools said", async () => {
  const model = createScriptedModel({
    reply: script(
      ({ results }) => (results[0] === undefined ? undefined : { text: `It says ${results[0].text}.` }),
      ({ asked }) => (asked.includes("read") ? { calls: [{ name: "read_file", input: { path: "a" } }] } : undefined),
    ),
  });
  const request = userRequest("please read a", [readTool]);
  const answer = await answerOf(model, request);
  const id = toolCallsOf(answer)[0]?.id ?? "";
  const next = following(request, answer, { role: "tool", callId: id, name: "read_file", text: "A", isError: false });
  expect(textOf(await answerOf(model, next))).toBe("It says A.");
  expect(textOf(await answerOf(model, userRequest("sing")))).toBe("I have nothing to say to that.");
});

test("replies can be given in turn", async () => {
  const model = createScriptedModel({ reply: inTurn({ text: "one" }, { text: "two" }) });
  const request = userRequest("count");
  const first = await answerOf(model, request);
  expect([textOf(first), textOf(await answerOf(model, following(request, first)))]).toEqual(["one", "two"]);
});

test("a script that throws is a failure, not an exception", async () => {
  const model = createScriptedModel({
    reply: () => {
      throw new Error("no line for this");
    },
  });
  expect(await lastEventOf(model, userRequest("x"))).toMatchObject({
    type: "error",
    failure: { message: expect.stringContaining("no line for this") },
  });
});
