import type { AssistantMessage, Message, ToolMessage } from "../../protocol/message.ts";
import type { ModelRequest } from "../../protocol/model.ts";
import type { ToolSpec } from "../../protocol/tool.ts";

/**
 * The same conversation for a model that knows no tools: they are described in the system text, calls and results
 * stand in the messages. Pure, and the same for old messages whatever follows them.
 */
export function textRequest(request: ModelRequest): ModelRequest {
  return {
    ...request,
    system: request.tools.length === 0 ? request.system : `${request.system}\n\n${renderTools(request.tools)}`.trim(),
    tools: [],
    messages: withoutToolRoles(request.messages),
  };
}

function renderTools(tools: readonly ToolSpec[]): string {
  const lines = tools.map(({ name, description, inputSchema }) =>
    JSON.stringify({ type: "function", function: { name, description, parameters: inputSchema } }),
  );
  return [
    "You can use tools. Each line between the tags describes one, with a JSON Schema of its arguments:",
    "<tools>",
    ...lines,
    "</tools>",
    "To use a tool, write one JSON object between tags, outside any code block:",
    "<tool_call>",
    '{"name": "the tool", "arguments": {"its": "arguments"}}',
    "</tool_call>",
    "Write several such blocks to use several tools. Write nothing after them: the results come in the next message between <tool_response> tags.",
  ].join("\n");
}

function withoutToolRoles(messages: readonly Message[]): readonly Message[] {
  const rendered: Message[] = [];
  let results: ToolMessage[] = [];
  for (const message of messages) {
    if (message.role === "tool") {
      results.push(message);
      continue;
    }
    if (results.length > 0) rendered.push(resultsMessage(results));
    results = [];
    rendered.push(message.role === "assistant" ? answerInText(message) : message);
  }
  if (results.length > 0) rendered.push(resultsMessage(results));
  return rendered;
}

function answerInText(message: AssistantMessage): AssistantMessage {
  if (!message.parts.some((part) => part.type === "tool-call")) return message;
  const pieces = message.parts.flatMap((part) => {
    switch (part.type) {
      case "text":
        return [part.text.trim()];
      case "reasoning":
        return [];
      case "tool-call":
        return [`<tool_call>\n${JSON.stringify({ name: part.name, arguments: part.input })}\n</tool_call>`];
    }
  });
  return { ...message, parts: [{ type: "text", text: pieces.filter((piece) => piece !== "").join("\n") }] };
}

/** JSON keeps a result from closing its own tag. */
function resultsMessage(results: readonly ToolMessage[]): Message {
  const blocks = results.map(({ name, text }) => {
    const json = JSON.stringify({ name, content: text }).replaceAll("</", "<\\/");
    return `<tool_response>\n${json}\n</tool_response>`;
  });
  return { role: "user", parts: [{ type: "text", text: blocks.join("\n") }] };
}
