import { argumentsText, type EmulatedCall, type EmulatedReply, piecesOf, usageOf } from "./model-reply.ts";

/** OpenAI Responses, streamed. */
export function responsesEvents(reply: EmulatedReply, model: string): readonly string[] {
  const items: object[] = [];
  const events = [event("response.created", { response: { id: "resp_1", model, status: "in_progress" } })];
  if (reply.reasoning !== undefined) events.push(...reasoningEvents(reply, items));
  if (reply.text !== undefined) events.push(...textEvents(reply, items));
  for (const call of reply.calls ?? []) events.push(...callEvents(call, reply, items));
  const status = reply.stop === "length" ? "incomplete" : "completed";
  const response = {
    id: "resp_1",
    model,
    status,
    output: items,
    usage: responsesUsage(reply),
    ...(reply.stop === "length" ? { incomplete_details: { reason: "max_output_tokens" } } : {}),
  };
  return [...events, event(`response.${status}`, { response })];
}

function reasoningEvents(reply: EmulatedReply, items: object[]): readonly string[] {
  const index = items.length;
  const item = {
    type: "reasoning",
    id: `rs_${index}`,
    summary: [{ type: "summary_text", text: reply.reasoning ?? "" }],
    encrypted_content: `sealed-${reply.reasoning ?? ""}`,
  };
  items.push(item);
  return [
    event("response.output_item.added", { output_index: index, item: { ...item, summary: [] } }),
    ...piecesOf(reply.reasoning ?? "", reply.pieceLength).map((delta) =>
      event("response.reasoning_summary_text.delta", { output_index: index, summary_index: 0, delta }),
    ),
    event("response.output_item.done", { output_index: index, item }),
  ];
}

function textEvents(reply: EmulatedReply, items: object[]): readonly string[] {
  const index = items.length;
  const text = reply.text ?? "";
  const item = { type: "message", id: `msg_${index}`, role: "assistant", status: "completed" };
  const done = { ...item, content: [{ type: "output_text", text, annotations: [] }] };
  items.push(done);
  return [
    event("response.output_item.added", { output_index: index, item: { ...item, content: [] } }),
    ...piecesOf(text, reply.pieceLength).map((delta) =>
      event("response.output_text.delta", { output_index: index, content_index: 0, delta }),
    ),
    event("response.output_item.done", { output_index: index, item: done }),
  ];
}

function callEvents(call: EmulatedCall, reply: EmulatedReply, items: object[]): readonly string[] {
  const index = items.length;
  const text = argumentsText(call);
  const item = { type: "function_call", id: `fc_${index}`, call_id: call.id ?? `vendor_${index}`, name: call.name };
  items.push({ ...item, arguments: text });
  return [
    event("response.output_item.added", { output_index: index, item: { ...item, arguments: "" } }),
    ...piecesOf(text, reply.pieceLength).map((delta) =>
      event("response.function_call_arguments.delta", { output_index: index, delta }),
    ),
    event("response.function_call_arguments.done", { output_index: index, arguments: text }),
    event("response.output_item.done", { output_index: index, item: { ...item, arguments: text } }),
  ];
}

function responsesUsage(reply: EmulatedReply): object {
  const usage = usageOf(reply);
  const input = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    input_tokens: input,
    output_tokens: usage.output,
    total_tokens: input + usage.output,
    input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
    output_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
