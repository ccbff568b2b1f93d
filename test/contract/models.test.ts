import { createScriptedModel } from "../../src/providers/scripted/scripted-model.ts";
import { openEmulated } from "../emulators/emulated-model.ts";
import { argumentsText, type EmulatedCall, type EmulatedReply } from "../emulators/model-reply.ts";
import { startModelServer } from "../emulators/model-server.ts";
import { wireApis } from "../../src/providers/wire/wire-api.ts";
import { describeModel, type ModelUnderTest } from "./describe-model.ts";

for (const api of wireApis) {
  describeModel(api, {
    open: async (...replies) => {
      const server = await startModelServer({
        reply: ({ index }) => replies[Math.min(index, replies.length - 1)] ?? {},
      });
      return { model: await openEmulated(server, { api }), [Symbol.asyncDispose]: () => server.close() };
    },
  });
}

describeModel("a model with tool calls in text", {
  open: async (...replies) => {
    const server = await startModelServer({
      reply: ({ index }) => inText(replies[Math.min(index, replies.length - 1)] ?? {}),
    });
    return { model: await openEmulated(server, { toolCalls: "text" }), [Symbol.asyncDispose]: () => server.close() };
  },
});

describeModel("the scripted model", { open: async (...replies) => scripted(replies) });

function inText({ calls, ...reply }: EmulatedReply): EmulatedReply {
  const blocks = (calls ?? []).map(callBlock).join("\n");
  return { ...reply, text: `${reply.text ?? ""}${blocks === "" ? "" : `\n${blocks}`}` };
}

function callBlock(call: EmulatedCall): string {
  return `<tool_call>\n{"name": ${JSON.stringify(call.name)}, "arguments": ${argumentsText(call)}}\n</tool_call>`;
}

async function scripted(replies: readonly EmulatedReply[]): ReturnType<ModelUnderTest["open"]> {
  let index = -1;
  const model = createScriptedModel({
    reply: () => {
      index += 1;
      const { calls, ...reply } = replies[Math.min(index, replies.length - 1)] ?? {};
      return {
        ...reply,
        calls: (calls ?? []).map((call) => ({ name: call.name, input: JSON.parse(argumentsText(call)) })),
      };
    },
  });
  return { model, [Symbol.asyncDispose]: () => Promise.resolve() };
}
