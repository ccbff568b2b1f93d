import type { AgentInput, AgentLimits, PermissionOutcome } from "../../../src/agent/agent-input.ts";
import { runAgent } from "../../../src/agent/run-agent.ts";
import { newId } from "../../../src/lib/new-id.ts";
import { systemClock } from "../../../src/lib/system-clock.ts";
import type { AgentEvent } from "../../../src/protocol/agent-event.ts";
import type { Ledger } from "../../../src/protocol/ledger.ts";
import type { Model, ModelRequest } from "../../../src/protocol/model.ts";
import type { RunOutcome } from "../../../src/protocol/run.ts";
import type { Effect, OutputStore, Tool, ToolContext, ToolResult } from "../../../src/protocol/tool.ts";
import type { Json } from "../../../src/protocol/json.ts";
import type { Workspace } from "../../../src/protocol/workspace.ts";
import { createScriptedModel, type ScriptedReply } from "../../../src/providers/scripted/scripted-model.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";

const here = { host: "lab", pid: 1, startedAt: "1" };
const allowed: PermissionOutcome = { allowed: true, plan: [], permission: { by: "default", rule: "default" } };
const limits: AgentLimits = { maxSteps: 50, maxDurationMs: 60_000, budgets: {} };

export type Lab = AsyncDisposable & {
  readonly ledger: Ledger;
  readonly sessionId: string;
  /** Every request the model got. */
  readonly requests: ModelRequest[];
  readonly events: AgentEvent[];
  /** Says something and runs the agent to its end. */
  say(text: string, change?: Partial<AgentInput>): Promise<RunOutcome>;
};

export type LabOptions = {
  readonly reply: (request: ModelRequest) => ScriptedReply | Promise<ScriptedReply>;
  readonly tools?: readonly Tool[];
  readonly limits?: Partial<AgentLimits>;
  readonly contextTokens?: number;
  readonly price?: Model["price"];
};

/** A real ledger in memory, a scripted model, tools made for the test: everything but the outside world. */
export async function openLab(options: LabOptions): Promise<Lab> {
  const ledger = await openLedger({
    path: ":memory:",
    clock: systemClock,
    newId,
    isAlive: () => true,
    notice: () => undefined,
    durability: "normal",
  });
  const sessionId = newId();
  await ledger.openSession({
    id: sessionId,
    audience: "direct:owner",
    personId: "owner",
    surface: "command-line",
    root: "/lab",
  });
  const requests: ModelRequest[] = [];
  const events: AgentEvent[] = [];
  const model = createScriptedModel({
    limits: { contextTokens: options.contextTokens ?? 128_000, outputTokens: 1_000 },
    ...(options.price === undefined ? {} : { price: options.price }),
    reply: (request) => {
      requests.push(request);
      return options.reply(request);
    },
  });
  const say: Lab["say"] = async (text, change = {}) => {
    const runId = newId();
    const message = { role: "user", parts: [{ type: "text", text }] } as const;
    await ledger.acceptInbound({
      platform: "lab",
      account: "lab",
      key: runId,
      sessionId,
      runId,
      messageId: newId(),
      message,
      acceptedBy: here,
    });
    await ledger.claimRun(runId, here, 60_000);
    const input = { ...partsOf(options), sessionId, runId, model, summaryModel: model, ledger, ...change };
    const outcome = await finish(runAgent(input), events);
    await ledger.finishRun({ runId, state: outcome.state, outbox: [] });
    return outcome;
  };
  return { ledger, sessionId, requests, events, say, [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose]() };
}

/** What a run needs besides ledger and model: everything is allowed, nobody steers. */
function partsOf({
  tools = [],
  limits: own,
}: LabOptions): Omit<AgentInput, "sessionId" | "runId" | "model" | "summaryModel" | "ledger"> {
  return {
    prefix: { system: "You are a test.", tools: tools.map(({ spec }) => spec) },
    tools: new Map(tools.map((each) => [each.spec.name, each])),
    workspace: noWorkspace,
    outputs: memoryOutputs(),
    limits: { ...limits, ...own },
    dayStart: 0,
    permit: () => Promise.resolve(allowed),
    takeSteering: () => [],
    takeNotes: () => Promise.resolve({ texts: [], done: () => Promise.resolve() }),
    clock: systemClock,
    newId,
    signal: new AbortController().signal,
  };
}

export function tool(
  name: string,
  effect: Effect,
  call: (input: Json, context: ToolContext) => ToolResult | Promise<ToolResult>,
): Tool {
  return {
    spec: { name, description: name, inputSchema: { type: "object" } },
    parse: (input) => ({ ok: true, input }),
    intentOf: (input) => ({ effect, subject: `${name} ${JSON.stringify(input)}`, paths: [] }),
    call: async (input, context) => call(input, context),
  };
}

export function said(text: string): ToolResult {
  return { text, isError: false };
}

async function finish(run: AsyncGenerator<AgentEvent, RunOutcome>, events: AgentEvent[]): Promise<RunOutcome> {
  for (;;) {
    const step = await run.next();
    if (step.done === true) return step.value;
    events.push(step.value);
  }
}

function memoryOutputs(): OutputStore {
  const saved = new Map<string, Uint8Array>();
  return {
    save: (id, bytes) => {
      saved.set(`output:${id}`, bytes);
      return Promise.resolve(`output:${id}`);
    },
    size: (name) => Promise.resolve(saved.get(name)?.length),
    load: (name, range) => {
      const bytes = saved.get(name);
      return Promise.resolve(range === undefined ? bytes : bytes?.subarray(range.offset, range.offset + range.length));
    },
  };
}

function unused(): never {
  throw new Error("the lab has no workspace");
}

const noWorkspace: Workspace = {
  backend: "lab",
  root: "/lab",
  epoch: "1",
  run: unused,
  shellFolder: "/lab",
  shellState: unused,
  findProgram: unused,
  start: unused,
  job: unused,
  jobs: unused,
  markTold: unused,
  setNote: unused,
  resolve: unused,
  plan: unused,
  permitting: () => noWorkspace,
  stat: unused,
  readFolder: unused,
  readFile: unused,
  writeFile: unused,
  removeFile: unused,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
