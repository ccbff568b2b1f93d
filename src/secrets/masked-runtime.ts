import type { AgentEvent } from "../protocol/agent-event.ts";
import type { Runtime } from "../protocol/runtime.ts";
import type { Masker } from "./masker.ts";

/** A person's words are masked before anything is done with them; what is told passes the mask once more. */
export function maskedRuntime(runtime: Runtime, masker: Masker): Runtime {
  const doors: Pick<Runtime, "submit" | "steer" | "command" | "events"> = {
    submit: (sessionId, submission) => runtime.submit(sessionId, { ...submission, text: masker.text(submission.text) }),
    steer: (sessionId, text) => runtime.steer(sessionId, masker.text(text)),
    async command(sessionId, call) {
      const reply = await runtime.command(sessionId, { ...call, text: masker.text(call.text) });
      return reply === undefined ? undefined : { ...reply, text: masker.text(reply.text) };
    },
    events: (sessionId, signal) => maskedEvents(runtime.events(sessionId, signal), masker),
  };
  return new Proxy(runtime, {
    get(target, name) {
      if (name === "submit" || name === "steer" || name === "command" || name === "events") return doors[name];
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

async function* maskedEvents(events: AsyncIterable<AgentEvent>, masker: Masker): AsyncGenerator<AgentEvent, void> {
  let told = 0;
  for await (const event of events) {
    const { unnamed } = masker;
    if (event.type === "run-end" && unnamed > told) {
      yield {
        type: "notice",
        runId: event.runId,
        notice: { code: "secrets-masked", text: maskedNotice(unnamed - told) },
      };
      told = unnamed;
    }
    yield masker.value(event);
  }
}

function maskedNotice(count: number): string {
  const what =
    count === 1
      ? "1 value that looks like a key or card number was"
      : `${count} values that look like keys or card numbers were`;
  return `${what} masked: the model has not seen ${count === 1 ? "it" : "them"}. For use in commands: hermes secrets set NAME.`;
}
