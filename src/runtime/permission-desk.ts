import { createHash } from "node:crypto";
import type { PermissionOutcome, PermissionRequest } from "../agent/agent-input.ts";
import type { Approval } from "../protocol/approval.ts";
import type { Clock, NewId } from "../protocol/clock.ts";
import type { Ledger } from "../protocol/ledger.ts";
import type { Policy, PolicyVerdict } from "../protocol/policy.ts";
import type { RunGrants } from "../protocol/runtime.ts";
import type { PlannedPath, Workspace } from "../protocol/workspace.ts";

const approvalLifeMs = 60 * 60_000;

export type DeskParts = {
  readonly sessionId: string;
  readonly runId: string;
  readonly policy: Policy;
  readonly grants: RunGrants;
  readonly workspace: Workspace;
  readonly ledger: Pick<Ledger, "askApproval" | "decideApproval">;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Shows the question to whoever can answer. */
  readonly ask: (approval: Approval) => void;
};

/** The plan that is judged, asked about and then carried out is one and the same. */
type Judged = { readonly plan: readonly PlannedPath[]; readonly verdict: PolicyVerdict };

/** Decides, for one run, whether a call may happen: the policy first, then the person's grants, then the person. */
export class PermissionDesk {
  readonly #parts: DeskParts;
  readonly #waiting = new Map<string, (verdict: "allow" | "deny") => void>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  async permit(request: PermissionRequest, signal: AbortSignal): Promise<PermissionOutcome> {
    const { policy, grants, workspace } = this.#parts;
    const { tool, intent } = request;
    const plan = await workspace.plan(intent.paths);
    const verdict = policy.judge({ tool, intent, plan, root: workspace.root, surface: grants.surface });
    switch (verdict.verdict) {
      case "allow":
        return { allowed: true, plan, permission: { by: isDefault(verdict) ? "default" : "rule", rule: verdict.rule } };
      case "deny":
        return { allowed: false, reason: `Refused: ${verdict.reason}` };
      case "ask":
        if (grants.yes) return { allowed: true, plan, permission: { by: "flag", rule: "--yes" } };
        if (grants.surface === "one-shot") {
          return { allowed: false, reason: `Refused: ${verdict.reason} Nobody is there to approve it.` };
        }
        return this.#askPerson(request, { plan, verdict }, signal);
    }
  }

  /** `false` when this desk is not waiting for that approval. */
  answer(approvalId: string, verdict: "allow" | "deny"): boolean {
    const resolve = this.#waiting.get(approvalId);
    resolve?.(verdict);
    return resolve !== undefined;
  }

  async #askPerson(request: PermissionRequest, judged: Judged, signal: AbortSignal): Promise<PermissionOutcome> {
    const { ledger, clock, ask } = this.#parts;
    const { plan, verdict } = judged;
    const approval = this.#approvalFor(request, judged);
    await ledger.askApproval(approval);
    const over = new AbortController();
    const answered = new Promise<"allow" | "deny">((resolve) => this.#waiting.set(approval.id, resolve));
    const unanswered = clock.sleep(approvalLifeMs, AbortSignal.any([signal, over.signal])).then(
      (): "expired" => "expired",
      (): "expired" => "expired",
    );
    ask(approval);
    const answer = await Promise.race([answered, unanswered]);
    over.abort();
    this.#waiting.delete(approval.id);
    if (answer === "allow") return { allowed: true, plan, permission: { by: "person", rule: verdict.rule } };
    if (answer === "deny") return { allowed: false, reason: "Refused by the person." };
    await ledger.decideApproval(approval.id, { verdict: "deny", decidedBy: "expired", rule: verdict.rule });
    return { allowed: false, reason: "Refused: the question was not answered." };
  }

  #approvalFor(request: PermissionRequest, { plan, verdict }: Judged): Approval {
    const { sessionId, runId, clock, newId, workspace } = this.#parts;
    const { callId, tool, intent, input } = request;
    const bound = JSON.stringify([tool, input, workspace.backend, workspace.root, plan]);
    return {
      id: newId(),
      sessionId,
      runId,
      callId,
      tool,
      effect: intent.effect,
      subject: intent.subject,
      reason: verdict.reason,
      digest: createHash("sha256").update(bound).digest("hex"),
      askedAt: clock.now(),
      expiresAt: clock.now() + approvalLifeMs,
    };
  }
}

function isDefault(verdict: PolicyVerdict): boolean {
  return verdict.rule.startsWith("default");
}
