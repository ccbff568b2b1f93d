import type { AgentInput } from "../agent/agent-input.ts";
import { runAgent } from "../agent/run-agent.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { AgentEvent } from "../protocol/agent-event.ts";
import { noLongerNeeded } from "../lib/no-longer-needed.ts";
import type { Checkpoints } from "../protocol/checkpoint.ts";
import type { JobNews } from "../protocol/job-news.ts";
import type { Approval, ApprovalAnswer } from "../protocol/approval.ts";
import type { Model } from "../protocol/model.ts";
import type { RunOutcome } from "../protocol/run.ts";
import type { RunGrants } from "../protocol/runtime.ts";
import type { PromptPrefix, Session } from "../protocol/session.ts";
import type { Tool } from "../protocol/tool.ts";
import { noUsage } from "../protocol/usage.ts";
import type { Workspace } from "../protocol/workspace.ts";
import { PermissionDesk } from "./permission-desk.ts";
import type { SessionGrants } from "./session-grants.ts";
import { TaintBook } from "./taint-book.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

export const leaseMs = 20_000;
const renewEveryMs = 5_000;
const lookAtJobsEveryMs = 2_000;

export type RunTask = {
  readonly session: Session;
  readonly runId: string;
  readonly grants: RunGrants;
  readonly sessionGrants: SessionGrants;
  readonly models: { readonly main: Model; readonly summary: Model };
};

/** One run of one session in this process, from the claimed lane to the recorded end. */
export class ActiveRun {
  readonly task: RunTask;
  readonly #parts: RuntimeParts;
  readonly #publish: (event: AgentEvent) => void;
  readonly #stop = new AbortController();
  readonly #steering: string[] = [];
  #desk: PermissionDesk | undefined;
  #ended: Promise<void> | undefined;

  constructor(task: RunTask, parts: RuntimeParts, publish: (event: AgentEvent) => void) {
    this.task = task;
    this.#parts = parts;
    this.#publish = publish;
  }

  /** Resolves when the run's end is recorded and told. Never rejects. */
  start(): Promise<void> {
    this.#ended ??= this.#work();
    return this.#ended;
  }

  steer(text: string): void {
    this.#steering.push(text);
  }

  /** Resolves when the run has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  waiting(approvalId: string): Approval | undefined {
    return this.#desk?.waiting(approvalId);
  }

  answer(approvalId: string, answer: ApprovalAnswer): boolean {
    return this.#desk?.answer(approvalId, answer) ?? false;
  }

  async #work(): Promise<void> {
    const { runId } = this.task;
    const leaseOver = new AbortController();
    const renewing = this.#keepLease(leaseOver.signal);
    const outcome = await this.#perform().catch((error: unknown) => brokenRun(error));
    const { state, problem } = outcome;
    try {
      await this.#parts.ledger.finishRun({
        runId,
        state,
        ...(problem === undefined ? {} : { problem }),
        outbox: [],
      });
    } catch (error) {
      this.#notice("store-lost", `The end of this run could not be recorded: ${sentence(error)}`);
    }
    leaseOver.abort();
    await renewing;
    this.#publish({ type: "run-end", runId, outcome });
  }

  async #perform(): Promise<RunOutcome> {
    const { session } = this.task;
    const tools = await this.#parts.toolsFor(session);
    const prefix = await this.#prefix(tools);
    await using workspace = await this.#parts.openWorkspace(session, this.#stop.signal);
    this.#desk = this.#openDesk(workspace);
    await using checkpoints = await this.#parts.checkpointsFor?.({ session, runId: this.task.runId, workspace });
    const jobs = this.#parts.watchJobs(workspace);
    const events = runAgent(this.#agentInput({ tools, prefix, workspace, desk: this.#desk, jobs, checkpoints }));
    const over = new AbortController();
    const watching = this.#tellOfJobs(jobs, over.signal);
    try {
      for (;;) {
        const step = await events.next();
        if (step.done === true) return step.value;
        this.#publish(step.value);
      }
    } finally {
      over.abort(noLongerNeeded);
      await watching;
    }
  }

  /** Tells the person what the jobs do that somebody wanted to hear of; also what they did while nobody was there. */
  async #tellOfJobs(jobs: JobNews, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const texts = await jobs.look().catch(() => []); // a place that cannot be asked now is asked again
      for (const text of texts) this.#notice("job-news", text);
      await this.#parts.clock.sleep(lookAtJobsEveryMs, over).catch(() => undefined); // woken early means the run is over
    }
  }

  async #prefix(tools: readonly Tool[]): Promise<PromptPrefix> {
    const { session, grants } = this.task;
    const { ledger } = this.#parts;
    const stored = session.prefixHash === undefined ? undefined : await ledger.prefix(session.prefixHash);
    if (stored !== undefined) return stored;
    const prefix = await this.#parts.buildPrefix(session, tools, grants);
    await ledger.setPrefix(session.id, prefix);
    return prefix;
  }

  #openDesk(workspace: Workspace): PermissionDesk {
    const { session, runId, grants, sessionGrants } = this.task;
    const { ledger, clock, newId } = this.#parts;
    return new PermissionDesk({
      sessionId: session.id,
      runId,
      policyFor: (rules) => this.#parts.policyFor(grants, rules),
      sessionGrants,
      taint: new TaintBook({ sessionId: session.id, runId, grants, ledger }),
      grants,
      workspace,
      ledger,
      clock,
      newId,
      ask: (approval) => this.#publish({ type: "approval-request", runId, approval }),
    });
  }

  #agentInput(use: {
    readonly tools: readonly Tool[];
    readonly prefix: PromptPrefix;
    readonly workspace: Workspace;
    readonly desk: PermissionDesk;
    readonly jobs: JobNews;
    readonly checkpoints: Checkpoints | undefined;
  }): AgentInput {
    const { session, runId, models } = this.task;
    const { ledger, clock, newId, outputs, limits } = this.#parts;
    return {
      sessionId: session.id,
      runId,
      model: models.main,
      summaryModel: models.summary,
      prefix: use.prefix,
      tools: new Map(use.tools.map((tool) => [tool.spec.name, tool])),
      workspace: use.workspace,
      outputs,
      ledger,
      limits,
      dayStart: startOfDay(clock.now()),
      ...(use.checkpoints === undefined ? {} : { checkpoints: use.checkpoints }),
      permit: (request, signal) => use.desk.permit(request, signal),
      takeSteering: () => this.#steering.splice(0),
      takeNotes: () => use.jobs.take(),
      clock,
      newId,
      signal: this.#stop.signal,
    };
  }

  /** Renews the lane's lease until told to end; a lane that somebody else took stops the run. */
  async #keepLease(over: AbortSignal): Promise<void> {
    const { ledger, owner, clock } = this.#parts;
    while (!over.aborted) {
      await clock.sleep(renewEveryMs, over).catch(() => undefined); // woken early means the run is over
      if (over.aborted) return;
      const isOurs = await ledger.renewLease(this.task.runId, owner, leaseMs).catch((error: unknown) => {
        this.#notice("store-lost", `The lease of this session could not be renewed: ${sentence(error)}`);
        return true; // a store that is away for a while takes no lane from anybody
      });
      if (!isOurs) this.#stop.abort();
    }
  }

  #notice(code: "store-lost" | "job-news", text: string): void {
    this.#publish({ type: "notice", runId: this.task.runId, notice: { code, text } });
  }
}

function brokenRun(error: unknown): RunOutcome {
  return { state: "failed", text: "", problem: sentence(error), usage: noUsage, refusedCalls: 0 };
}

function sentence(error: unknown): string {
  if (error instanceof AgentError) return error.message;
  return `Hermes broke a promise of its own: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

function startOfDay(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}
