import { describe, expect, test } from "vitest";
import type { PermissionOutcome } from "../../../src/agent/agent-input.ts";
import { AgentError } from "../../../src/protocol/agent-error.ts";
import { textOf, type Message } from "../../../src/protocol/message.ts";
import { inTurn } from "../../../src/providers/scripted/script.ts";
import { openLab, said, tool } from "./agent-lab.ts";

const brokenLine = {
  kind: "cut",
  message: "The connection broke.",
  status: undefined,
  retryAfterMs: undefined,
} as const;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function resultsIn(messages: readonly Message[]): readonly string[] {
  return messages.filter((message) => message.role === "tool").map(textOf);
}

describe("runAgent", () => {
  test("runs the calls the model asks for and ends with its answer", async () => {
    const reply = inTurn({ text: "Looking.", calls: [{ name: "look", input: { at: 1 } }] }, { text: "It is blue." });
    await using lab = await openLab({ reply, tools: [tool("look", "read", () => said("blue"))] });
    const outcome = await lab.say("What colour?");
    expect(outcome).toMatchObject({ state: "done", text: "It is blue.", problem: undefined, refusedCalls: 0 });
    const stored = (await lab.ledger.messages(lab.sessionId)).map(
      ({ seq, message }) => `${seq} ${message.role}: ${textOf(message)}`,
    );
    expect(stored).toEqual([
      "1 user: What colour?",
      "2 assistant: Looking.",
      "3 tool: blue",
      "4 assistant: It is blue.",
    ]);
  });

  test("two requests of a session are equal up to the new messages", async () => {
    const reply = inTurn({ calls: [{ name: "look", input: {} }] }, { text: "Done." });
    await using lab = await openLab({ reply, tools: [tool("look", "read", () => said("blue"))] });
    await lab.say("one");
    await lab.say("two");
    for (const [index, earlier] of lab.requests.entries()) {
      const later = lab.requests[index + 1];
      if (later === undefined) continue;
      expect(JSON.stringify(later.messages.slice(0, earlier.messages.length))).toBe(JSON.stringify(earlier.messages));
      expect([later.system, later.tools]).toEqual([earlier.system, earlier.tools]);
    }
    expect(lab.requests).toHaveLength(4);
  });

  test("neighbouring reads run side by side, writes alone and in order", async () => {
    const running = new Set<string>();
    const seen: string[] = [];
    const work = async (name: string): Promise<ReturnType<typeof said>> => {
      running.add(name);
      await pause(10);
      seen.push(`${name}:${[...running].toSorted().join("+")}`);
      await pause(5);
      running.delete(name);
      return said(name);
    };
    const calls = ["r1", "r2", "w1", "w2", "r3"].map((name) => ({
      name: name.startsWith("r") ? "get" : "put",
      input: { name },
    }));
    const named = (input: unknown): string =>
      typeof input === "object" && input !== null && "name" in input ? String(input.name) : "";
    const tools = [
      tool("get", "read", (input) => work(named(input))),
      tool("put", "write", (input) => work(named(input))),
    ];
    await using lab = await openLab({ reply: inTurn({ calls }, { text: "Done." }), tools });
    await lab.say("go");
    expect(seen).toEqual(["r1:r1+r2", "r2:r1+r2", "w1:w1", "w2:w2", "r3:r3"]);
    expect(resultsIn(lab.requests[1]?.messages ?? [])).toEqual(["r1", "r2", "w1", "w2", "r3"]);
  });

  test("a call is in the ledger before it has an effect", async () => {
    const states: (string | undefined)[] = [];
    const reply = inTurn({ calls: [{ name: "put", input: {} }] }, { text: "Done." });
    const put = tool("put", "write", async (_, { callId }) => {
      const { calls } = await lab.ledger.context(lab.sessionId);
      states.push(calls.find((call) => call.id === callId)?.state);
      return said("ok");
    });
    await using lab = await openLab({ reply, tools: [put] });
    await lab.say("go");
    expect(states).toEqual(["started"]);
  });

  test("a refused call goes back as a result, the run goes on and counts it", async () => {
    const reply = inTurn({ calls: [{ name: "put", input: {} }] }, { text: "I could not." });
    await using lab = await openLab({ reply, tools: [tool("put", "write", () => said("written"))] });
    const outcome = await lab.say("go", { permit: () => Promise.resolve({ allowed: false, reason: "Refused: no." }) });
    expect(outcome).toMatchObject({ state: "done", text: "I could not.", refusedCalls: 1 });
    expect(resultsIn(lab.requests[1]?.messages ?? [])).toEqual(["Refused: no."]);
  });

  test("a call that cannot be judged does not run; the model is told why and the run goes on", async () => {
    let runs = 0;
    const write = tool("write", "write", () => said(String(++runs)));
    const reply = inTurn({ calls: [{ name: "write", input: {} }] }, { text: "Another way." });
    await using lab = await openLab({ tools: [write], reply });
    const outcome = await lab.say("go", {
      permit: () => Promise.reject(new AgentError("file-failed", "Its links lead in a circle.")),
    });
    expect(outcome).toMatchObject({ state: "done", text: "Another way.", refusedCalls: 0 });
    expect(runs).toBe(0);
    const result = { role: "tool", text: "Its links lead in a circle.", isError: true };
    expect(lab.requests.at(-1)?.messages.at(-1)).toMatchObject(result);
  });

  test.each([
    ["refused", { name: "write", input: { at: 1 } }],
    ["unknown", { name: "nothing", input: {} }],
  ])("a model that repeats a call that is %s is stopped like any other", async (_, call) => {
    const write = tool("write", "write", () => said("written"));
    await using lab = await openLab({ tools: [write], reply: () => ({ calls: [call] }) });
    const permit = (): Promise<PermissionOutcome> => Promise.resolve({ allowed: false, reason: "Refused: no." });
    const outcome = await lab.say("go", { permit });
    expect(outcome).toMatchObject({ state: "failed", problem: expect.stringContaining("repeated one call") });
    expect(lab.requests).toHaveLength(5);
  });

  test("malformed arguments and unknown tools are explained, and nothing runs", async () => {
    let runs = 0;
    const calls = [
      { name: "put", input: {}, malformed: "The arguments end in the middle." },
      { name: "pit", input: {} },
    ];
    const put = tool("put", "write", () => {
      runs++;
      return said("written");
    });
    await using lab = await openLab({ reply: inTurn({ calls }, { text: "Sorry." }), tools: [put] });
    await lab.say("go");
    expect(runs).toBe(0);
    expect(resultsIn(lab.requests[1]?.messages ?? [])).toEqual([
      "The arguments end in the middle.",
      'There is no tool "pit". There are: put.',
    ]);
  });

  test("the fifth identical call is not run and the run ends", async () => {
    let runs = 0;
    const look = tool("look", "read", () => {
      runs++;
      return said("same");
    });
    await using lab = await openLab({ reply: () => ({ calls: [{ name: "look", input: {} }] }), tools: [look] });
    const outcome = await lab.say("go");
    expect([runs, outcome.state]).toEqual([4, "failed"]);
    expect(outcome.problem).toContain("repeated one call");
  });

  test("an answer cut half-way is kept, and only the rest is asked for", async () => {
    const replies = [{ text: "The answer is ", failure: brokenLine }, { text: "The answer is forty-two." }];
    await using lab = await openLab({ reply: () => replies.shift() ?? {} });
    const outcome = await lab.say("go");
    expect(outcome).toMatchObject({ state: "done", text: "The answer is forty-two." });
    const deltas = lab.events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
    expect(deltas).toBe("The answer is forty-two.");
    const stored = (await lab.ledger.messages(lab.sessionId)).map(({ message }) => textOf(message));
    expect(stored).toEqual(["go", "The answer is ", "The answer is forty-two."]);
  });

  test("a stop ends a run within 2 s, also inside a call that does not listen", async () => {
    const stop = new AbortController();
    const deaf = tool("deaf", "execute", async () => {
      setTimeout(() => stop.abort(), 20);
      await pause(5_000);
      return said("late");
    });
    await using lab = await openLab({ reply: () => ({ calls: [{ name: "deaf", input: {} }] }), tools: [deaf] });
    const began = performance.now();
    const outcome = await lab.say("go", { signal: stop.signal });
    expect(outcome.state).toBe("stopped");
    expect(performance.now() - began).toBeLessThan(2_000);
    const { calls } = await lab.ledger.context(lab.sessionId);
    expect(calls.map((call) => call.state)).toEqual(["unknown"]);
  });

  test("words sent meanwhile reach the model after the current step", async () => {
    const words = ["Use the other file."];
    const reply = inTurn({ calls: [{ name: "look", input: {} }] }, { text: "Done." });
    await using lab = await openLab({ reply, tools: [tool("look", "read", () => said("blue"))] });
    await lab.say("go", { takeSteering: () => words.splice(0) });
    expect(lab.requests[1]?.messages.map(textOf)).toEqual(["go", "", "blue", "Use the other file."]);
  });

  test("a vendor that repeats its call ids is understood", async () => {
    const look = tool("look", "read", (input) => said(JSON.stringify(input)));
    const reply = inTurn({ calls: [{ name: "look", input: { at: 1 } }] }, { text: "Done." });
    await using lab = await openLab({ reply, tools: [look] });
    await lab.say("one");
    await lab.say("two");
    expect((await lab.ledger.context(lab.sessionId)).calls).toHaveLength(2);
  });

  test("a budget refuses a call before it is made and names the setting", async () => {
    const price = { inputUsd: 1, outputUsd: 1_000, cacheReadUsd: 0, cacheWriteUsd: 0 };
    await using lab = await openLab({ reply: () => ({ text: "Hi." }), price, limits: { budgets: { runUsd: 0.5 } } });
    const outcome = await lab.say("go");
    expect(lab.requests).toEqual([]);
    expect(outcome.problem).toMatch(/^The next call may cost \$1\.00\d\d.* model\.budgets\.run_usd AMOUNT\.$/);
  });

  test("a budget in dollars says that it cannot count a model whose price is unknown", async () => {
    await using lab = await openLab({ reply: () => ({ text: "Hi." }), limits: { budgets: { runUsd: 0.5 } } });
    expect(await lab.say("go")).toMatchObject({ state: "done" });
    const notices = lab.events.flatMap((event) => (event.type === "notice" ? [event.notice] : []));
    expect(notices).toEqual([
      { code: "budget", text: expect.stringMatching(/price of .* is not known.*model\.budgets\.run_tokens/u) },
    ]);
  });

  test("the limit of steps ends a run and says how to go on", async () => {
    let count = 0;
    const look = tool("look", "read", () => said(String(count++)));
    await using lab = await openLab({
      reply: () => ({ calls: [{ name: "look", input: {} }] }),
      tools: [look],
      limits: { maxSteps: 7 },
    });
    const outcome = await lab.say("go");
    expect([count, outcome.state]).toEqual([7, "failed"]);
    expect(outcome.problem).toContain("limits.steps");
  });
});
