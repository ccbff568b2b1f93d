import { textOf, toolCallsOf, type Message } from "../protocol/message.ts";

/** All that may be shown or quoted of a message: what was said, and the calls that were made. */
export function wholeTextOf(message: Message): string {
  if (message.role !== "assistant") return textOf(message);
  const calls = toolCallsOf(message).map(({ name, input }) => `→ ${name} ${JSON.stringify(input)}`);
  return [textOf(message), ...calls].filter((text) => text !== "").join("\n");
}
