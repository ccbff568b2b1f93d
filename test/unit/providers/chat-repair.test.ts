import { describe, expect, test } from "vitest";
import { ChatRepair } from "../../../src/providers/wire/chat-repair.ts";

type Chunk = { readonly choices?: readonly { readonly delta?: object; readonly finish_reason?: string }[] };

const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const done = "data: [DONE]\n\n";

/** What the library gets to see, whatever the pieces in which it came. */
function chunks(stream: string, pieceLength = stream.length): readonly (Chunk | string)[] {
  const repair = new ChatRepair();
  let text = "";
  for (let at = 0; at < stream.length; at += pieceLength) text += repair.push(stream.slice(at, at + pieceLength));
  text += repair.end();
  return text
    .split("\n\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => (line.includes("[DONE]") ? "[DONE]" : (JSON.parse(line.slice(5)) as Chunk)));
}

const choice = (delta: object, finish: string | null = null): object => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
});

describe("the stream of a chat server", () => {
  test("passes as it is when it is as it should be, in pieces of any length and with any line ends", () => {
    const stream = event({ content: "a\n\nb" }) + `: ping\n\n` + event({ content: "c" }, "stop") + done;
    const expected = [choice({ content: "a\n\nb" }), choice({ content: "c" }, "stop"), "[DONE]"];
    for (const length of [1, 2, 3, 7, stream.length]) {
      expect(chunks(stream, length)).toEqual(expected);
      expect(chunks(stream.replaceAll("\n", "\r\n"), length)).toEqual(expected);
    }
    expect(chunks(stream.replaceAll("data: ", "data:"))).toEqual(expected);
  });

  test("arguments as an object become the text they stand for", () => {
    const call = { index: 0, id: "a", function: { name: "f", arguments: { path: "x" } } };
    const repaired = { index: 0, id: "a", function: { name: "f", arguments: '{"path":"x"}' } };
    expect(chunks(event({ tool_calls: [call] }))).toEqual([choice({ tool_calls: [repaired] })]);
  });

  test("content in parts becomes text and thought", () => {
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: "He" },
      { type: "text", text: "llo" },
    ];
    expect(chunks(event({ content }))).toEqual([choice({ content: "Hello", reasoning_content: "hm" })]);
  });

  test("one id for two calls leaves it to the first", () => {
    const stream = event({ tool_calls: [{ index: 0, id: "x" }] }) + event({ tool_calls: [{ index: 1, id: "x" }] });
    expect(chunks(stream)).toEqual([
      choice({ tool_calls: [{ index: 0, id: "x" }] }),
      choice({ tool_calls: [{ index: 1 }] }),
    ]);
  });

  test("pieces of one call's arguments travel as one, and everything keeps its place", () => {
    const start = (index: number): string =>
      event({ tool_calls: [{ index, id: `c${index}`, function: { name: "f", arguments: "" } }] });
    const piece = (index: number, text: string): string =>
      event({ tool_calls: [{ index, function: { arguments: text } }] });
    const stream = start(0) + piece(0, '{"a"') + piece(0, ":1}") + start(1) + piece(1, "{") + piece(1, "}");
    const joined = [
      choice({ tool_calls: [{ index: 0, id: "c0", function: { name: "f", arguments: "" } }] }),
      choice({ tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] }),
      choice({ tool_calls: [{ index: 1, id: "c1", function: { name: "f", arguments: "" } }] }),
      choice({ tool_calls: [{ index: 1, function: { arguments: "{}" } }] }),
    ];
    for (const length of [1, 5, stream.length]) {
      expect(chunks(stream + event({}, "tool_calls") + done, length)).toEqual([
        ...joined,
        choice({}, "tool_calls"),
        "[DONE]",
      ]);
      expect(chunks(stream + done, length)).toEqual([...joined, choice({}, "tool_calls"), "[DONE]"]);
      expect(chunks(stream, length)).toEqual(joined);
    }
    expect(chunks(start(0) + piece(0, "{}") + event({ content: "and" }) + done).at(-3)).toEqual(
      choice({ content: "and" }),
    );
  });

  test("a piece that ends the answer or carries more than a piece is not held", () => {
    const last = { index: 0, function: { arguments: "}" } };
    const stream = event({ tool_calls: [{ index: 0, function: { arguments: "{" } }] });
    expect(chunks(stream + event({ tool_calls: [last] }, "tool_calls"))).toEqual([
      choice({ tool_calls: [{ index: 0, function: { arguments: "{" } }] }),
      choice({ tool_calls: [last] }, "tool_calls"),
    ]);
    expect(chunks(stream + event({ content: "x", tool_calls: [last] })).length).toBe(2);
  });

  test("an end without a reason gets one, a stream without an end does not", () => {
    const call = { tool_calls: [{ index: 0, id: "x" }] };
    expect(chunks(event({ content: "a" }) + done).at(-2)).toEqual(choice({}, "stop"));
    expect(chunks(event(call) + done).at(-2)).toEqual(choice({}, "tool_calls"));
    expect(chunks(event({ content: "a" }))).toEqual([choice({ content: "a" })]);
  });

  test("what is not JSON is refused with its beginning", () => {
    expect(() => chunks("data: {no\n\n")).toThrow("an event that is not JSON: {no");
    expect(chunks(`${event({ content: "a" })}data: {"cut`)).toEqual([choice({ content: "a" })]);
  });
});
