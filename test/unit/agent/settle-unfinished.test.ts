import { describe, expect, test } from "vitest";
import type { Effect } from "../../../src/protocol/tool.ts";
import type { AssistantMessage } from "../../../src/protocol/message.ts";
import { noUsage } from "../../../src/protocol/usage.ts";
import { openLab, said, tool, type Lab } from "./agent-lab.ts";

const origin = { api: "scripted", provider: "demo", model: "scripted" };

/** What a process left that was killed in the middle of these calls: an answer stored, some of its calls begun. */
async function leaveOpen(
  lab: Lab,
  calls: readonly { name: string; effect: Effect; isStarted: boolean }[],
): Promise<void> {
  const parts = calls.map(({ name }) => ({ type: "tool-call", id: `id-${name}`, name, input: {} }) as const);
  const message: AssistantMessage = { role: "assistant", parts, origin, stop: "tool-calls" };
  const { sessionId } = lab;
  const intended = calls.map(({ name, effect }) => ({ id: `id-${name}`, name, effect }));
  await lab.ledger.appendTurn({
    sessionId,
    runId: "killed",
    messageId: "left",
    message,
    calls: intended,
    reservationId: "none",
    usage: noUsage,
  });
  for (const { name, isStarted } of calls) {
    if (isStarted) await lab.ledger.startCall(sessionId, `id-${name}`, { by: "default", rule: "default" });
  }
}

describe("what a killed process left open", () => {
  test("reads are repeated, begun effects are reported and never run, the rest is reported as not run", async () => {
    const ran: string[] = [];
    const named = (name: string, effect: Effect): ReturnType<typeof tool> =>
      tool(name, effect, () => {
        ran.push(name);
        return said(`${name} ran`);
      });
    const tools = [named("look", "read"), named("put", "write"), named("post", "send"), named("run", "execute")];
    await using lab = await openLab({ reply: () => ({ text: "Going on." }), tools });
    await leaveOpen(lab, [
      { name: "look", effect: "read", isStarted: true },
      { name: "put", effect: "write", isStarted: true },
      { name: "post", effect: "send", isStarted: true },
      { name: "run", effect: "execute", isStarted: false },
    ]);
    const outcome = await lab.say("Go on.");
    expect(outcome).toMatchObject({ state: "done", text: "Going on." });
    expect(ran).toEqual(["look"]);
    const results =
      lab.requests[0]?.messages.flatMap((message) => (message.role === "tool" ? [message.text] : [])) ?? [];
    expect(results[0]).toBe("look ran");
    expect(results[1]).toMatch(/killed while this call was running.*unknown.*not repeated/u);
    expect(results[2]).toMatch(/killed while this call was running/u);
    expect(results[3]).toMatch(/^Not run: Hermes was killed before this call began/u);
    const told = lab.events.flatMap((event) => (event.type === "notice" ? [event.notice.code] : []));
    expect(told).toEqual(["call-repeated", "call-unfinished", "call-unfinished", "call-unfinished"]);
    const { calls } = await lab.ledger.context(lab.sessionId);
    expect(calls.map((call) => call.state)).toEqual(["done", "unknown", "unknown", "done"]);
  });

  test("is settled once", async () => {
    await using lab = await openLab({
      reply: () => ({ text: "Going on." }),
      tools: [tool("put", "write", () => said("x"))],
    });
    await leaveOpen(lab, [{ name: "put", effect: "write", isStarted: true }]);
    await lab.say("Go on.");
    await lab.say("And on.");
    const results = (await lab.ledger.messages(lab.sessionId)).filter(({ message }) => message.role === "tool");
    expect(results).toHaveLength(1);
  });
});
