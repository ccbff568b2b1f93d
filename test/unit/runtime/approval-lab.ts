import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/lib/system-clock.ts";
import { classifyCommand } from "../../../src/policy/classify-command.ts";
import { createPolicy } from "../../../src/policy/policy.ts";
import type { Approval, ApprovalAnswer } from "../../../src/protocol/approval.ts";
import type { Clock } from "../../../src/protocol/clock.ts";
import type { JsonObject } from "../../../src/protocol/json.ts";
import type { Ledger } from "../../../src/protocol/ledger.ts";
import { textOf } from "../../../src/protocol/message.ts";
import type { RunOutcome } from "../../../src/protocol/run.ts";
import type { RunGrants, Runtime } from "../../../src/protocol/runtime.ts";
import type { Tool } from "../../../src/protocol/tool.ts";
import type { Workspace } from "../../../src/protocol/workspace.ts";
import { inTurn } from "../../../src/providers/scripted/script.ts";
import { toolCatalogue } from "../../../src/tools/catalogue.ts";
import { createLocalWorkspace } from "../../../src/workspaces/local/local-workspace.ts";
import { emptyLedger, openBench, type Bench } from "../tools/tool-harness.ts";
import { atTerminal, openRuntimeLab, type RuntimeLab } from "./runtime-lab.ts";

export type LabCall = { readonly name: string; readonly input: JsonObject };
export type Told = {
  readonly outcome: RunOutcome;
  readonly asked: readonly Approval[];
  /** What the model was told of each call, in order. */
  readonly results: readonly string[];
};

export type ApprovalLab = AsyncDisposable & {
  readonly root: string;
  readonly home: string;
  /** First in PATH; empty. */
  readonly programs: string;
  readonly ledger: Ledger;
  readonly saved: readonly string[];
  /** One run of one session: the model makes these calls one after the other; a text is a command. */
  run(calls: readonly (string | LabCall)[], use?: Use): Promise<Told>;
};

export type Use = {
  readonly answer?: (approval: Approval) => ApprovalAnswer | "silence" | Promise<ApprovalAnswer | "silence">;
  readonly grants?: Partial<RunGrants>;
  readonly text?: string;
};

/** A real policy, real tools, real bash in a real folder; only the model follows a script. */
export async function openApprovalLab(
  rules: readonly string[] = [],
  more: readonly Tool[] = [],
  clock: Clock = systemClock,
): Promise<ApprovalLab> {
  const folder = await mkdtemp(join(tmpdir(), "hermes-approvals-"));
  const root = join(folder, "root");
  const home = join(folder, ".hermes");
  const programs = join(folder, "programs");
  for (const each of [root, home, programs]) await mkdir(each);
  let calls: readonly LabCall[] = [];
  const tools: Tool[] = [];
  let workspace: Workspace | undefined;
  const saved: string[] = [];
  const lab = await openRuntimeLab({
    reply: (request) => inTurn(...calls.map((call) => ({ calls: [call] })), { text: "Done." })(request),
    tools,
    clock,
    policyFor: (grants, session) =>
      createPolicy({
        userHome: folder,
        hermesHomes: [home],
        rules: [...rules, ...saved],
        allow: grants.allow,
        session,
        tools: Object.keys(toolCatalogue),
      }),
    saveRules: (offer) => Promise.resolve(void saved.push(...offer.map((rule) => `allow ${rule}`))),
    openWorkspace: async () => {
      workspace = await createLocalWorkspace({
        root,
        env: { PATH: `${programs}:${process.env["PATH"] ?? ""}`, HOME: folder },
        sessionFolder: join(folder, "shell"),
      });
      return workspace;
    },
  });
  const bench = await openBench({
    ledger: emptyLedger,
    classifyCommand,
    shellFolder: () => (workspace === undefined || workspace.shellFolder === root ? undefined : workspace.shellFolder),
  });
  tools.push(...Object.values(toolCatalogue).map((make) => make(bench.parts)), ...more);
  const { id: sessionId } = await lab.runtime.open({ personId: "owner", surface: "terminal", root });
  const play = async (script: readonly LabCall[], use: Use): Promise<Told> => {
    calls = script;
    return follow(lab, sessionId, use);
  };
  return {
    root,
    home,
    programs,
    ledger: lab.ledger,
    saved,
    run: (wanted, use = {}) => play(wanted.map(asCall), use),
    [Symbol.asyncDispose]: () => close(lab, bench, folder),
  };
}

function asCall(call: string | LabCall): LabCall {
  return typeof call === "string" ? { name: "terminal", input: { command: call } } : call;
}

async function follow(lab: RuntimeLab, sessionId: string, use: Use): Promise<Told> {
  const { answer = (): ApprovalAnswer => "deny", grants = {}, text = "go" } = use;
  const before = (await lab.ledger.messages(sessionId)).length;
  const asked: Approval[] = [];
  const outcome = await lab.run({
    sessionId,
    text,
    grants: { ...atTerminal, ...grants },
    onEvent: (event) => {
      if (event.type !== "approval-request") return;
      asked.push(event.approval);
      void decide(lab.runtime, event.approval, answer);
    },
  });
  const messages = (await lab.ledger.messages(sessionId)).slice(before);
  const results = messages.filter(({ message }) => message.role === "tool");
  return { outcome, asked, results: results.map(({ message }) => textOf(message)) };
}

/** An answer that this surface may not give is taken as a no. */
async function decide(runtime: Runtime, approval: Approval, answer: NonNullable<Use["answer"]>): Promise<void> {
  const given = await answer(approval);
  if (given === "silence") return;
  await runtime.decide(approval.id, given, "owner").catch(() => runtime.decide(approval.id, "deny", "owner"));
}

async function close(lab: AsyncDisposable, bench: Bench, folder: string): Promise<void> {
  await lab[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
}
