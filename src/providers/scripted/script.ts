import { textOf, type ToolMessage } from "../../protocol/message.ts";
import type { ModelRequest } from "../../protocol/model.ts";
import type { ScriptedReply } from "./scripted-model.ts";

/** What a step can look at: the person's last words, and what the tools have answered since. */
export type ScriptView = {
  readonly request: ModelRequest;
  readonly asked: string;
  readonly results: readonly ToolMessage[];
};

export type ScriptStep = (view: ScriptView) => ScriptedReply | undefined;

/** A reply function of steps: the first that has an answer to the request gives it. */
export function script(...steps: readonly ScriptStep[]): (request: ModelRequest) => ScriptedReply {
  return (request) => {
    const view = viewOf(request);
    for (const step of steps) {
      const reply = step(view);
      if (reply !== undefined) return reply;
    }
    return { text: "I have nothing to say to that." };
  };
}

/** A reply function that answers the n-th model call of a turn with the n-th reply, and then with the last. */
export function inTurn(...replies: readonly ScriptedReply[]): (request: ModelRequest) => ScriptedReply {
  return (request) => {
    const since = messagesSince(request);
    const answered = since.filter((message) => message.role === "assistant").length;
    return replies[Math.min(answered, replies.length - 1)] ?? {};
  };
}

function viewOf(request: ModelRequest): ScriptView {
  const last = request.messages.findLast((message) => message.role === "user");
  return {
    request,
    asked: last === undefined ? "" : textOf(last),
    results: messagesSince(request).filter((message) => message.role === "tool"),
  };
}

/** Everything after the person's last words. */
function messagesSince(request: ModelRequest): ModelRequest["messages"] {
  const at = request.messages.findLastIndex((message) => message.role === "user");
  return request.messages.slice(at + 1);
}
