import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validHistory } from "../../../src/agent/valid-history.ts";
import { toolCallsOf, type AssistantMessage, type Message } from "../../../src/protocol/message.ts";

const origin = { api: "openai-chat", provider: "test", model: "m" };

function user(text: string): Message {
  return { role: "user", parts: [{ type: "text", text }] };
}

function assistant(text: string, callIds: readonly string[] = []): AssistantMessage {
  const calls = callIds.map((id) => ({ type: "tool-call", id, name: "read_file", input: {} }) as const);
  const stop = calls.length > 0 ? "tool-calls" : "end";
  return { role: "assistant", parts: [{ type: "text", text }, ...calls], origin, stop };
}

function result(callId: string): Message {
  return { role: "tool", callId, name: "read_file", text: `result of ${callId}`, isError: false };
}

/** Every complaint a strict vendor could have about a history. */
function complaints(messages: readonly Message[]): readonly string[] {
  const first = messages[0]?.role;
  const neighbours = messages.slice(1).map((message, index) => `${messages[index]?.role} ${message.role}`);
  return [
    ...(first === "assistant" || first === "tool" ? ["begins wrongly"] : []),
    ...(messages.at(-1)?.role === "assistant" ? ["ends with the assistant"] : []),
    ...(neighbours.includes("assistant assistant") ? ["two assistants in a row"] : []),
    ...messages.filter(isEmpty).map(() => "empty assistant message"),
    ...callComplaints(messages),
  ];
}

function isEmpty(message: Message): boolean {
  if (message.role !== "assistant" || toolCallsOf(message).length > 0) return false;
  return !message.parts.some((part) => part.type === "text" && part.text.trim() !== "");
}

/** Each call once, answered right behind its message and in order; no result without its call. */
function callComplaints(messages: readonly Message[]): readonly string[] {
  const wanted = messages.flatMap((message) => [
    message.role === "tool" ? `result ${message.callId}` : "speech",
    ...(message.role === "assistant" ? toolCallsOf(message).map((call) => `call ${call.id}`) : []),
  ]);
  const found: string[] = [];
  let open: string[] = [];
  for (const [index, entry] of wanted.entries()) {
    const [kind, id = ""] = entry.split(" ");
    if (kind === "call" && wanted.indexOf(entry) < index) found.push(`call ${id} twice`);
    if (kind === "result" && open.shift() !== id) found.push(`result ${id} out of place`);
    if (kind === "speech" && open.length > 0) found.push(`calls ${open.join()} unanswered`);
    if (kind === "speech") open = [];
    if (kind === "call") open.push(id);
  }
  return open.length > 0 ? [...found, `calls ${open.join()} unanswered at the end`] : found;
}

const whole: readonly Message[] = [
  user("one"),
  assistant("looking", ["a", "b"]),
  result("a"),
  result("b"),
  assistant("more", ["c"]),
  result("c"),
  assistant("done"),
  user("two"),
  assistant("", ["d"]),
  result("d"),
  assistant("bye"),
  user("three"),
];

describe("validHistory", () => {
  test("leaves a valid history as it is", () => {
    expect(validHistory(whole)).toEqual(whole);
  });

  test("answers a call whose result is missing, and drops a result without its call", () => {
    const history = [user("one"), assistant("", ["a"]), result("x"), user("two")];
    expect(validHistory(history)).toEqual([
      user("one"),
      assistant("", ["a"]),
      {
        role: "tool",
        callId: "a",
        name: "read_file",
        text: "The result of this call was lost. Look at the actual state before you do it again.",
        isError: true,
      },
      user("two"),
    ]);
  });

  test("moves results that came late behind their calls, in the order of the calls", () => {
    const history = [user("one"), assistant("", ["a", "b"]), result("b"), user("two"), result("a")];
    expect(validHistory(history)).toEqual([
      user("one"),
      assistant("", ["a", "b"]),
      result("a"),
      result("b"),
      user("two"),
    ]);
  });

  test("asks for the rest behind an answer that was cut", () => {
    const cut: AssistantMessage = { ...assistant("half"), stop: "cut" };
    const valid = validHistory([user("one"), cut]);
    expect(valid.map((message) => message.role)).toEqual(["user", "assistant", "user"]);
  });

  test("is valid whatever rows are missing, doubled or out of order", () => {
    const anyRows = fc.array(fc.integer({ min: 0, max: whole.length - 1 }), { maxLength: 30 });
    fc.assert(
      fc.property(anyRows, (rows) => {
        const history = rows.flatMap((row) => whole[row] ?? []);
        expect(complaints(validHistory(history))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a history that grows keeps its beginning, so that the vendor's cache holds", () => {
    const steps = [1, 4, 6, 8, 10, 12].map((length) => validHistory(whole.slice(0, length)));
    for (const [index, shorter] of steps.entries()) {
      const longer = steps[index + 1];
      if (longer === undefined || shorter.at(-1) !== whole[shorter.length - 1]) continue;
      expect(longer.slice(0, shorter.length)).toEqual(shorter);
    }
  });
});
