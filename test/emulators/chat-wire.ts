import { argumentsText, type EmulatedReply, piecesOf, usageOf } from "./model-reply.ts";

/** OpenAI chat completions, streamed. */
export function chatEvents(reply: EmulatedReply, model: string): readonly string[] {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: "chat-1", object: "chat.completion.chunk", model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const events = [chunk({ role: "assistant" })];
  for (const piece of piecesOf(reply.reasoning ?? "", reply.pieceLength))
    events.push(chunk({ reasoning_content: piece }));
  for (const piece of piecesOf(reply.text ?? "", reply.pieceLength)) events.push(chunk({ content: piece }));
  for (const [index, call] of (reply.calls ?? []).entries()) {
    const id = call.id ?? `vendor_${index}`;
    const start = { index, type: "function", function: { name: call.name, arguments: "" } };
    events.push(chunk({ tool_calls: [id === "" ? start : { ...start, id }] }));
    for (const piece of piecesOf(argumentsText(call), reply.pieceLength)) {
      events.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }));
    }
  }
  events.push(
    chunk({}, finishReason(reply)),
    `data: ${JSON.stringify({ id: "chat-1", choices: [], usage: chatUsage(reply) })}\n\n`,
  );
  return [...events, "data: [DONE]\n\n"];
}

/** The same, in one document. */
export function chatDocument(reply: EmulatedReply, model: string): object {
  const calls = (reply.calls ?? []).map((call, index) => ({
    id: call.id ?? `vendor_${index}`,
    type: "function",
    function: { name: call.name, arguments: argumentsText(call) },
  }));
  const message = {
    role: "assistant",
    content: reply.text ?? null,
    ...(reply.reasoning === undefined ? {} : { reasoning_content: reply.reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    id: "chat-1",
    object: "chat.completion",
    model,
    choices: [{ index: 0, message, finish_reason: finishReason(reply) }],
    usage: chatUsage(reply),
  };
}

function finishReason(reply: EmulatedReply): string {
  if (reply.stop === "length") return "length";
  return (reply.calls ?? []).length > 0 ? "tool_calls" : "stop";
}

function chatUsage(reply: EmulatedReply): object {
  const usage = usageOf(reply);
  return {
    prompt_tokens: usage.input + usage.cacheRead + usage.cacheWrite,
    completion_tokens: usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}
