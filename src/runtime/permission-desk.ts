import { once } from "../lib/once.ts";
import type { PermissionOutcome, PermissionRequest } from "../agent/agent-input.ts";
import { visibleText } from "../lib/plain-text.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { Approval, ApprovalAnswer } from "../protocol/approval.ts";
import type { Clock, NewId } from "../protocol/clock.ts";
import type { Ledger } from "../protocol/ledger.ts";
import type { CommandFacts, CommandNeeds, Policy, PolicyRequest, PolicyVerdict } from "../protocol/policy.ts";
import type { RunGrants } from "../protocol/runtime.ts";
import type { PlannedPath, Workspace } from "../protocol/workspace.ts";
import { scriptFacts, type SessionGrants } from "./session-grants.ts";
import type { TaintBook } from "./taint-book.ts";

const approvalLifeMs = 60 * 60_000;
const maxQuestions = 3;

export type DeskParts = {
  readonly sessionId: string;
  readonly runId: string;
  /** Made anew when a person allowed more for the session. */
  readonly policyFor: (session: readonly string[]) => Policy;
  readonly sessionGrants: SessionGrants;
  readonly taint: TaintBook;
  readonly grants: RunGrants;
  readonly workspace: Workspace;
  readonly ledger: Pick<Ledger, "askApproval" | "decideApproval">;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Shows the question to whoever can answer. */
  readonly ask: (approval: Approval) => void;
};

/** What is judged, asked about and then carried out is one and the same: the paths, and what a command would meet. */
type Plan = {
  readonly request: PermissionRequest;
  readonly policy: Policy;
  readonly paths: readonly PlannedPath[];
  readonly needs: CommandNeeds | undefined;
  readonly facts: CommandFacts | undefined;
  readonly toJudge: PolicyRequest;
  readonly verdict: PolicyVerdict;
};

type Answer = ApprovalAnswer | "expired";
type Waiting = { readonly approval: Approval; readonly resolve: (answer: ApprovalAnswer) => void };

/** Decides, for one run, whether a call may happen: the policy first, then the person's grants, then the person. */
export class PermissionDesk {
  readonly #parts: DeskParts;
  readonly #waiting = new Map<string, Waiting>();
  /** Loaded with the first command; a run that only looks at files needs none of it. */
  readonly #binding = once(() => import("./command-binding.ts"));

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** What is looked up here is looked up again behind an answer: only a plan that is still the same may begin. */
  async permit(request: PermissionRequest, signal: AbortSignal): Promise<PermissionOutcome> {
    let changed = "";
    for (let asked = 0; asked < maxQuestions; asked += 1) {
      const plan = await this.#plan(request).catch(brokenPolicy);
      if ("allowed" in plan) return plan;
      const outcome = await this.#decideAlone(plan);
      if (outcome !== undefined) return outcome;
      const answered = await this.#askPerson(plan, changed, signal);
      if (answered !== "changed") return answered;
      changed = " What it would meet has changed since it was asked.";
    }
    return { allowed: false, reason: "Refused: what it would meet changed each time it was approved." };
  }

  /** The approval that is waited for here; `undefined` for any other. */
  waiting(approvalId: string): Approval | undefined {
    return this.#waiting.get(approvalId)?.approval;
  }

  /** `false` when this desk is not waiting for that approval. */
  answer(approvalId: string, answer: ApprovalAnswer): boolean {
    const waiting = this.#waiting.get(approvalId);
    waiting?.resolve(answer);
    return waiting !== undefined;
  }

  async #plan(request: PermissionRequest): Promise<Plan> {
    const { workspace, grants, policyFor, sessionGrants, taint } = this.#parts;
    const { tool, intent } = request;
    const policy = policyFor(sessionGrants.rules);
    const paths = await workspace.plan(intent.paths);
    const needs = await policy.needsOf(tool, intent);
    const facts =
      needs === undefined || intent.command === undefined
        ? undefined
        : await (await this.#binding()).lookUp(intent.command, needs, workspace);
    const bare = { tool, intent, plan: paths, root: workspace.root, surface: grants.surface };
    const found = facts === undefined ? bare : { ...bare, facts };
    const tainted = await taint.relevantTo(policy, found);
    const toJudge = tainted === undefined ? found : { ...found, taint: tainted };
    return { request, policy, paths, needs, facts, toJudge, verdict: await policy.judge(toJudge) };
  }

  /** `undefined` when only a person can say. */
  async #decideAlone(plan: Plan): Promise<PermissionOutcome | undefined> {
    const { grants } = this.#parts;
    const { verdict } = plan;
    switch (verdict.verdict) {
      case "allow":
        return this.#allow(plan);
      case "deny":
        return { allowed: false, reason: `Refused: ${verdict.reason}` };
      case "ask":
        if (grants.yes && verdict.isPersonal !== true) return this.#allowed(plan, { by: "flag", rule: "--yes" });
        if (grants.surface !== "one-shot") return undefined;
        return { allowed: false, reason: `Refused: ${verdict.reason} Nobody is there to approve it.` };
    }
  }

  /** A script that was allowed for the session and has changed since is asked again. */
  async #allow(plan: Plan): Promise<PermissionOutcome | undefined> {
    const { sessionGrants, workspace, grants } = this.#parts;
    const { verdict, needs } = plan;
    if (verdict.rule.startsWith("this session: ") && (needs?.scripts.length ?? 0) > 0) {
      const { files } = await (await this.#binding()).bindPlan(plan, workspace);
      const changed = sessionGrants.changedScript(scriptFacts(needs, files));
      if (changed !== undefined && grants.surface === "one-shot") {
        return { allowed: false, reason: `Refused: ${changed} has changed since it was allowed.` };
      }
      if (changed !== undefined) return undefined;
    }
    return this.#allowed(plan, { by: isDefault(verdict) ? "default" : "rule", rule: verdict.rule });
  }

  async #allowed(
    plan: Plan,
    permission: { readonly by: "default" | "rule" | "flag" | "person"; readonly rule: string },
  ) {
    await this.#parts.taint.markIfFromOutside(plan.policy, plan.toJudge);
    return { allowed: true, plan: plan.paths, permission } as const;
  }

  async #askPerson(plan: Plan, changed: string, signal: AbortSignal): Promise<PermissionOutcome | "changed"> {
    const { ledger, workspace, sessionGrants } = this.#parts;
    const { bindPlan } = await this.#binding();
    const asked = await bindPlan(plan, workspace);
    const approval = this.#approvalFor(plan, asked.digest, changed);
    await ledger.askApproval(approval);
    const answer = await this.#answerTo(approval, signal);
    switch (answer) {
      case "expired":
        await ledger.decideApproval(approval.id, { verdict: "deny", decidedBy: "expired", rule: plan.verdict.rule });
        return { allowed: false, reason: "Refused: the question was not answered." };
      case "deny":
        return { allowed: false, reason: "Refused by the person." };
      case "allow":
      case "session":
      case "always": {
        const now = await this.#plan(plan.request);
        if ((await bindPlan(now, workspace)).digest !== asked.digest) return "changed";
        if (now.verdict.verdict === "deny") return { allowed: false, reason: `Refused: ${now.verdict.reason}` };
        if (answer !== "allow") sessionGrants.add(approval.offer ?? [], scriptFacts(plan.needs, asked.files));
        return this.#allowed(plan, { by: "person", rule: plan.verdict.rule });
      }
    }
  }

  async #answerTo(approval: Approval, signal: AbortSignal): Promise<Answer> {
    const { clock, ask } = this.#parts;
    const over = new AbortController();
    const answered = new Promise<ApprovalAnswer>((resolve) => this.#waiting.set(approval.id, { approval, resolve }));
    const unanswered = clock.sleep(approvalLifeMs, AbortSignal.any([signal, over.signal])).then(
      (): "expired" => "expired",
      (): "expired" => "expired",
    );
    ask(approval);
    const answer = await Promise.race([answered, unanswered]);
    over.abort();
    this.#waiting.delete(approval.id);
    return answer;
  }

  #approvalFor({ request, verdict }: Plan, digest: string, changed: string): Approval {
    const { sessionId, runId, clock, newId } = this.#parts;
    const { callId, tool, intent } = request;
    const subject = visibleText(intent.subject);
    const disguise =
      subject === intent.subject
        ? ""
        : " It has characters that cannot be seen or that look like others; they are written as \\u{…}.";
    return {
      id: newId(),
      sessionId,
      runId,
      callId,
      tool,
      effect: intent.effect,
      subject,
      reason: `${verdict.reason}${disguise}${changed}`,
      digest,
      askedAt: clock.now(),
      expiresAt: clock.now() + approvalLifeMs,
      ...(verdict.offer === undefined || disguise !== "" ? {} : { offer: verdict.offer }),
    };
  }
}

/** A policy that cannot judge lets nothing through; a place that cannot be looked at has a sentence of its own. */
function brokenPolicy(error: unknown): Extract<PermissionOutcome, { readonly allowed: false }> {
  if (error instanceof AgentError) throw error;
  const why = error instanceof Error ? error.message : String(error);
  return { allowed: false, reason: `Refused: the policy is broken and cannot judge this (${why}).` };
}

function isDefault(verdict: PolicyVerdict): boolean {
  return verdict.rule.startsWith("default");
}
