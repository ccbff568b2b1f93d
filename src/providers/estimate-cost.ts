import { estimateTokens } from "../lib/estimate-tokens.ts";
import type { Message } from "../protocol/message.ts";
import type { Model, ModelRequest } from "../protocol/model.ts";

const perMessageTokens = 5; // roles and separators

/** A guess at the tokens of a request, to check a budget before the call; errs upwards. */
export function estimateRequestTokens(request: ModelRequest): number {
  const tools = request.tools.length === 0 ? 0 : estimateTokens(JSON.stringify(request.tools));
  const messages = request.messages.reduce((sum, message) => sum + estimateMessageTokens(message), 0);
  return estimateTokens(request.system) + tools + messages;
}

export function estimateMessageTokens(message: Message): number {
  switch (message.role) {
    case "tool":
    case "summary":
      return perMessageTokens + estimateTokens(message.text);
    case "user":
      return message.parts.reduce((sum, part) => sum + estimateTokens(part.text), perMessageTokens);
    case "assistant":
      return message.parts.reduce(
        (sum, part) =>
          sum + estimateTokens(part.type === "tool-call" ? part.name + JSON.stringify(part.input) : part.text),
        perMessageTokens,
      );
  }
}

/** What a call could cost at most in US dollars, with nothing cached; `undefined` when the price is unknown. */
export function estimateCostUsd(model: Pick<Model, "price" | "limits">, request: ModelRequest): number | undefined {
  if (model.price === undefined) return undefined;
  const output = Math.min(request.maxOutputTokens ?? model.limits.outputTokens, model.limits.outputTokens);
  return (estimateRequestTokens(request) * model.price.inputUsd + output * model.price.outputUsd) / 1_000_000;
}
