import { argumentsText, type EmulatedReply, piecesOf, usageOf } from "./model-reply.ts";

/** Anthropic Messages, streamed. */
export function anthropicEvents(reply: EmulatedReply, model: string): readonly string[] {
  const usage = usageOf(reply);
  const blocks = blocksOf(reply);
  const start = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: [],
    usage: {
      input_tokens: usage.input,
      output_tokens: 1,
      cache_read_input_tokens: usage.cacheRead,
      cache_creation_input_tokens: usage.cacheWrite,
    },
  };
  return [
    event("message_start", { message: start }),
    ...blocks.flatMap((block, index) => [
      event("content_block_start", { index, content_block: block.start }),
      ...block.deltas.map((delta) => event("content_block_delta", { index, delta })),
      event("content_block_stop", { index }),
    ]),
    event("message_delta", {
      delta: { stop_reason: stopReason(reply), stop_sequence: null },
      usage: { output_tokens: usage.output, output_tokens_details: { thinking_tokens: usage.reasoning } },
    }),
    event("message_stop", {}),
  ];
}

type Block = { readonly start: object; readonly deltas: readonly object[] };

function blocksOf(reply: EmulatedReply): readonly Block[] {
  const blocks: Block[] = [];
  if (reply.reasoning !== undefined) {
    blocks.push({
      start: { type: "thinking", thinking: "", signature: "" },
      deltas: [
        ...piecesOf(reply.reasoning, reply.pieceLength).map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: `sealed-${reply.reasoning}` },
      ],
    });
  }
  if (reply.text !== undefined) {
    blocks.push({
      start: { type: "text", text: "" },
      deltas: piecesOf(reply.text, reply.pieceLength).map((text) => ({ type: "text_delta", text })),
    });
  }
  for (const [index, call] of (reply.calls ?? []).entries()) {
    blocks.push({
      start: { type: "tool_use", id: call.id ?? `vendor_${index}`, name: call.name, input: {} },
      deltas: piecesOf(argumentsText(call), reply.pieceLength).map((json) => ({
        type: "input_json_delta",
        partial_json: json,
      })),
    });
  }
  return blocks;
}

function stopReason(reply: EmulatedReply): string {
  if (reply.stop === "length") return "max_tokens";
  return (reply.calls ?? []).length > 0 ? "tool_use" : "end_turn";
}

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
