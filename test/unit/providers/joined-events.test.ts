import { describe, expect, test } from "vitest";
import { anthropicPiece, JoinedEvents, responsesPiece } from "../../../src/providers/wire/joined-events.ts";

const event = (data: { readonly type: string } & Record<string, unknown>): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

function joined(stream: string, pieceOf: ConstructorParameters<typeof JoinedEvents>[0], length: number): string {
  const repair = new JoinedEvents(pieceOf);
  let text = "";
  for (let at = 0; at < stream.length; at += length) text += repair.push(stream.slice(at, at + length));
  return text + repair.end();
}

describe("pieces of arguments", () => {
  const anthropic = (index: number, text: string): string =>
    event({ type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json: text } });
  const responses = (index: number, text: string): string =>
    event({ type: "response.function_call_arguments.delta", item_id: "i", output_index: index, delta: text });

  test.each([
    { name: "Anthropic Messages", piece: anthropic, pieceOf: anthropicPiece },
    { name: "OpenAI Responses", piece: responses, pieceOf: responsesPiece },
  ])("of one call travel as one in $name, before whatever comes next", ({ piece, pieceOf }) => {
    const text = event({ type: "content_block_delta", delta: { type: "text_delta", text: "input_json_delta" } });
    const stream =
      text + piece(0, '{"a"') + piece(0, ":1") + piece(0, "}") + piece(1, "{") + text + piece(1, "}") + piece(1, " ");
    const expected = text + piece(0, '{"a":1}') + piece(1, "{") + text + piece(1, "} ");
    for (const length of [1, 9, stream.length]) expect(joined(stream, pieceOf, length)).toBe(expected);
    expect(joined(stream.replaceAll("\n", "\r\n"), pieceOf, 7).replaceAll("\r\n", "\n")).toBe(expected);
  });
});
