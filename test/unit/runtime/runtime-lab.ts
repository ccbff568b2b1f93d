import { newId } from "../../../src/lib/new-id.ts";
import { systemClock } from "../../../src/lib/system-clock.ts";
import type { AgentEvent } from "../../../src/protocol/agent-event.ts";
import type { UndoReport, UndoRequest } from "../../../src/protocol/checkpoint.ts";
import type { Ledger } from "../../../src/protocol/ledger.ts";
import type { ModelRequest } from "../../../src/protocol/model.ts";
import type { Policy, PolicyVerdict } from "../../../src/protocol/policy.ts";
import type { Owner, RunOutcome } from "../../../src/protocol/run.ts";
import type { RunGrants, Runtime } from "../../../src/protocol/runtime.ts";
import type { Tool } from "../../../src/protocol/tool.ts";
import { createScriptedModel, type ScriptedReply } from "../../../src/providers/scripted/scripted-model.ts";
import type { RuntimeParts } from "../../../src/runtime/runtime-parts.ts";
import { createRuntime } from "../../../src/runtime/create-runtime.ts";
import { JobWatcher } from "../../../src/tools/job-watcher.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";
import { createLocalWorkspace } from "../../../src/workspaces/local/local-workspace.ts";

export const atTerminal: RunGrants = { surface: "terminal", yes: false, allow: [] };

export type RuntimeLab = AsyncDisposable & {
  readonly ledger: Ledger;
  readonly runtime: Runtime;
  /** Another process on the same home, as far as the ledger can tell. */
  another(pid: number): Runtime;
  /** Submits and waits for the end; `onEvent` sees everything on the way. */
  run(use: {
    runtime?: Runtime;
    sessionId: string;
    text: string;
    grants?: RunGrants;
    onEvent?: (event: AgentEvent) => void;
  }): Promise<RunOutcome>;
};

export type RuntimeLabOptions = {
  readonly reply: (request: ModelRequest) => ScriptedReply | Promise<ScriptedReply>;
  readonly tools?: readonly Tool[];
  readonly policy?: Policy;
  readonly undoFiles?: (request: UndoRequest) => Promise<UndoReport>;
} & Partial<Pick<RuntimeParts, "policyFor" | "saveRules" | "openWorkspace" | "clock" | "attachmentsFor">>;

/** Says the same of every call. */
export function policySaying(verdict: PolicyVerdict): Policy {
  return {
    needsOf: () => Promise.resolve(undefined),
    judge: () => Promise.resolve(verdict),
    outsideSource: () => Promise.resolve(undefined),
  };
}

const askAlways = policySaying({ verdict: "ask", rule: "default: test", reason: "It may change something." });

/** A whole runtime on a ledger in memory, a scripted model and a real folder. */
export async function openRuntimeLab(options: RuntimeLabOptions): Promise<RuntimeLab> {
  const ledger = await openLedger({
    path: ":memory:",
    clock: systemClock,
    newId,
    isAlive: () => true,
    notice: () => undefined,
    durability: "normal",
  });
  const runtimes: Runtime[] = [];
  const start = (pid: number): Runtime => {
    const runtime = newRuntime(options, ledger, { host: "lab", pid, startedAt: "1" });
    runtimes.push(runtime);
    return runtime;
  };
  const runtime = start(1);
  return {
    ledger,
    runtime,
    another: start,
    run: (use) => follow({ runtime, grants: atTerminal, onEvent: () => undefined, ...use }),
    async [Symbol.asyncDispose]() {
      for (const each of runtimes) await each[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
    },
  };
}

function newRuntime(options: RuntimeLabOptions, ledger: Ledger, owner: Owner): Runtime {
  const model = createScriptedModel({ reply: options.reply });
  const tools = options.tools ?? [];
  return createRuntime({
    ledger,
    owner,
    clock: options.clock ?? systemClock,
    newId,
    outputs: {
      save: (id) => Promise.resolve(`output:${id}`),
      size: () => Promise.resolve(undefined),
      load: () => Promise.resolve(undefined),
    },
    limits: { maxSteps: 20, maxDurationMs: 60_000, budgets: {} },
    openModels: () => Promise.resolve({ main: model, summary: model }),
    openWorkspace: options.openWorkspace ?? ((session) => createLocalWorkspace({ root: session.root, env: {} })),
    watchJobs: (workspace) => new JobWatcher(workspace, () => systemClock.now()),
    attachmentsFor: options.attachmentsFor ?? (() => Promise.resolve([])),
    pastSessions: () => Promise.reject(new Error("the lab has no past")),
    toolsFor: () => Promise.resolve(tools),
    ...(options.undoFiles === undefined
      ? {}
      : { undoFiles: (_, request) => options.undoFiles?.(request) ?? Promise.reject(new Error("no undo")) }),
    policyFor: options.policyFor ?? (() => options.policy ?? askAlways),
    ...(options.saveRules === undefined ? {} : { saveRules: options.saveRules }),
    buildPrefix: () => Promise.resolve({ system: "You are a test.", tools: tools.map(({ spec }) => spec) }),
  });
}

type Followed = {
  readonly runtime: Runtime;
  readonly sessionId: string;
  readonly text: string;
  readonly grants: RunGrants;
  readonly onEvent: (event: AgentEvent) => void;
};

async function follow({ runtime, sessionId, text, grants, onEvent }: Followed): Promise<RunOutcome> {
  const listening = new AbortController();
  const events = runtime.events(sessionId, listening.signal);
  const submitted = runtime.submit(sessionId, { text, grants, key: newId() });
  let runId: string | undefined;
  for await (const event of events) {
    onEvent(event);
    if (event.type === "run-end") {
      runId ??= (await submitted).runId;
      if (event.runId !== runId) continue;
      listening.abort();
      return event.outcome;
    }
  }
  throw new Error("the events ended before the run");
}
