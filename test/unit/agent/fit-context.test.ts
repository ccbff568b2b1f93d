import { describe, expect, test } from "vitest";
import { summarySystem } from "../../../src/agent/summarize.ts";
import { estimateRequestTokens } from "../../../src/providers/estimate-cost.ts";
import { textOf } from "../../../src/protocol/message.ts";
import type { ModelRequest } from "../../../src/protocol/model.ts";
import type { ScriptedReply } from "../../../src/providers/scripted/scripted-model.ts";
import { openLab, said, tool, type Lab } from "./agent-lab.ts";

const goal = "Migrate the billing service to the ledger-v3 schema without downtime before 2027-03-01.";
const window = 16_000;
const turns = 200;

/** One of each kind in turn: said by the person, by the agent, or only in a tool's output. */
const planted = Array.from({ length: 60 }, (_, index) => `KEY-${(7919 * (index + 1)).toString(36)}-${index}`);

const overloaded = {
  kind: "overloaded",
  message: "The model is overloaded.",
  status: 529,
  retryAfterMs: undefined,
} as const;

type Summariser = (request: ModelRequest) => ScriptedReply | Promise<ScriptedReply>;

const summarisers: Readonly<Record<string, Summariser>> = {
  "that is brief": () => ({ text: "Goal: as asked. Done: many steps of the migration. Open items: the rest of them." }),
  "that fails": () => ({ failure: overloaded }),
  "that says nothing": () => ({ text: "" }),
};

function noise(turn: number, words: number): string {
  return Array.from({ length: words }, (_, index) => `line${index % 7} of step ${turn} went through`).join("\n");
}

function turnOf(request: ModelRequest): number {
  const last = request.messages.findLast((message) => message.role === "user");
  return Number(/turn (\d+)/u.exec(last === undefined ? "" : textOf(last))?.[1] ?? 0);
}

function reply(request: ModelRequest, summarise: Summariser): ScriptedReply | Promise<ScriptedReply> {
  if (request.system === summarySystem) return summarise(request);
  const turn = turnOf(request);
  const isAnswered = request.messages.at(-1)?.role === "tool";
  if (!isAnswered) return { text: `Working on turn ${turn}.`, calls: [{ name: "step", input: { turn } }] };
  return {
    text: turn % 3 === 1 ? `Turn ${turn} done, the handle is ${planted[turn % 60] ?? ""}.` : `Turn ${turn} done.`,
  };
}

async function longSession(summarise: Summariser): Promise<Lab> {
  const step = tool("step", "read", (input) => {
    const turn = typeof input === "object" && input !== null && "turn" in input ? Number(input["turn"]) : 0;
    const hidden = turn % 3 === 2 ? `\nregistered as ${planted[turn % 60] ?? ""}\n` : "";
    return said(noise(turn, 40) + hidden + noise(turn, 40));
  });
  const lab = await openLab({ reply: (request) => reply(request, summarise), tools: [step], contextTokens: window });
  for (let turn = 0; turn < turns; turn++) {
    const own = turn % 3 === 0 ? ` Use ${planted[turn % 60] ?? ""} for it.` : "";
    await lab.say(`${turn === 0 ? `${goal} ` : ""}turn ${turn}: go on.${own}`);
  }
  return lab;
}

describe.each(Object.entries(summarisers))("200 turns at a 16k window, with a summariser %s", (name, summarise) => {
  test("no request is too long, the goal and every identifier can still be produced", { timeout: 60_000 }, async () => {
    await using lab = await longSession(summarise);
    const answers = lab.requests.filter((request) => request.system !== summarySystem);
    const sizes = answers.map((request) => estimateRequestTokens(request));
    expect(Math.max(...sizes)).toBeLessThan(window);
    const last = JSON.stringify(answers.at(-1));
    expect(last).toContain(goal);
    expect(planted.filter((identifier) => !last.includes(identifier))).toEqual([]);
    const told = lab.events.flatMap((event) => (event.type === "notice" ? [event.notice.code] : []));
    expect(told.includes("summary-failed")).toBe(name !== "that is brief");
    const kept = await lab.ledger.messages(lab.sessionId);
    expect(kept.filter(({ message }) => message.role === "user")).toHaveLength(turns);
  });
});

test("a turn that was taken back is in no summary", async () => {
  await using lab = await openLab({
    reply: (request) => (request.system === summarySystem ? { failure: overloaded } : { text: noise(1, 400) }),
    contextTokens: window,
  });
  await lab.say("Keep KEY-STAYS-1.");
  await lab.say("Forget KEY-GONE-2.");
  const runId = await lab.ledger.lastTurn(lab.sessionId);
  await lab.ledger.takeBackTurn({ sessionId: lab.sessionId, runId: runId ?? "" });
  for (let count = 0; count < 8; count++) await lab.say("Go on.");
  const sent = JSON.stringify(lab.requests.at(-1)?.messages);
  expect([sent.includes('"role":"summary"'), sent.includes("KEY-STAYS-1"), sent.includes("KEY-GONE-2")]).toEqual([
    true,
    true,
    false,
  ]);
});

test("the request that is being worked on survives a summary in the middle of it, to the letter", async () => {
  const task = "Compare all forty logs and name the slowest host, never host-17.";
  let count = 0;
  const read = tool("step", "read", () => said(noise(count++, 60)));
  const work: Summariser = () => ({ text: "Goal: compare logs. Done: some logs were read. Open items: the others." });
  await using lab = await openLab({
    reply: (request) => {
      if (request.system === summarySystem) return work(request);
      return count < 40 ? { calls: [{ name: "step", input: { count } }] } : { text: "host-3" };
    },
    tools: [read],
    contextTokens: window,
  });
  const outcome = await lab.say(task);
  expect(outcome).toMatchObject({ state: "done", text: "host-3" });
  for (const request of lab.requests.filter(({ system }) => system !== summarySystem)) {
    expect(JSON.stringify(request.messages)).toContain(task);
  }
});

test("a vendor that refuses a request as too long gets a shorter one", async () => {
  const limit = 6_000;
  const overflow = { kind: "context-overflow", message: "Too long.", status: 400, retryAfterMs: undefined } as const;
  let count = 0;
  const read = tool("step", "read", () => said(noise(count++, 60)));
  await using lab = await openLab({
    reply: (request) => {
      if (request.system === summarySystem) return { text: "Goal: as asked before. Done: some logs were read so far." };
      if (estimateRequestTokens(request) > limit) return { failure: overflow };
      return count < 30 ? { calls: [{ name: "step", input: { count } }] } : { text: "done" };
    },
    tools: [read],
    contextTokens: 32_000,
  });
  expect(await lab.say("Read thirty logs.")).toMatchObject({ state: "done", text: "done" });
});
