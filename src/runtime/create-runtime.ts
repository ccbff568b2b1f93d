import { requestRoom } from "../agent/fit-context.ts";
import { estimateTokens } from "../lib/estimate-tokens.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { AgentEvent } from "../protocol/agent-event.ts";
import type { ApprovalAnswer } from "../protocol/approval.ts";
import type { AttachedPart, UserMessage } from "../protocol/message.ts";
import type { UndoRequest } from "../protocol/checkpoint.ts";
import type { Model } from "../protocol/model.ts";
import type { Owner } from "../protocol/run.ts";
import type { CommandCall, CommandReply, Runtime, SessionOrigin, Submission } from "../protocol/runtime.ts";
import type { Session } from "../protocol/session.ts";
import { ActiveRun, leaseMs } from "./active-run.ts";
import { calledCommand } from "./commands/command-table.ts";
import { EventHub } from "./event-hub.ts";
import type { RuntimeParts } from "./runtime-parts.ts";
import { SessionGrants } from "./session-grants.ts";
import { takenBackNote } from "./taken-back-note.ts";

const laneRetryMs = 500;

export function createRuntime(parts: RuntimeParts): Runtime {
  return new LocalRuntime(parts);
}

/** Sessions in a row in which nothing was said, as when no model could be used, are passed over. */
const fewUnused = 20;

class LocalRuntime implements Runtime {
  readonly #parts: RuntimeParts;
  readonly #hub = new EventHub();
  readonly #active = new Map<string, ActiveRun>();
  readonly #closing = new AbortController();
  readonly #sessionGrants = new Map<string, SessionGrants>();

  constructor(parts: RuntimeParts) {
    this.#parts = parts;
  }

  open({ personId, surface, root }: SessionOrigin): Promise<Session> {
    const id = this.#parts.newId();
    return this.#parts.ledger.openSession({ id, audience: `direct:${personId}`, personId, surface, root });
  }

  async resume(idOrPrefix: string): Promise<Session> {
    if (idOrPrefix === "") throw new AgentError("bad-usage", "Which session? hermes sessions list shows the ids.");
    const found = await this.#parts.ledger.sessionsByPrefix(idOrPrefix);
    const exact = found.find((session) => session.id === idOrPrefix);
    const [first, second] = found;
    if (exact !== undefined) return exact;
    if (first === undefined) {
      throw new AgentError("not-found", `There is no session ${idOrPrefix}: hermes sessions list shows them.`);
    }
    if (second !== undefined) {
      const ids = found.map((session) => session.id).join(", ");
      throw new AgentError("bad-usage", `Several sessions begin with ${idOrPrefix}: ${ids}. Write more of the id.`);
    }
    return first;
  }

  async newest(): Promise<Session | undefined> {
    const sessions = await this.#parts.ledger.listSessions({ limit: fewUnused, surface: "command-line" });
    return sessions.find(({ messageCount }) => messageCount > 0) ?? sessions[0];
  }

  async submit(sessionId: string, submission: Submission): Promise<{ readonly runId: string }> {
    const { ledger, owner, newId } = this.#parts;
    const models = await this.#parts.openModels();
    const message = await this.#messageFor(submission, models.main, await this.#session(sessionId));
    const accepted = await ledger.acceptInbound({
      platform: "command-line",
      account: owner.host,
      key: submission.key,
      sessionId,
      runId: newId(),
      messageId: newId(),
      message,
      acceptedBy: owner,
    });
    if (accepted.isDuplicate) return { runId: accepted.runId };
    await this.#claimLane(sessionId, accepted.runId);
    const session = await this.#session(sessionId);
    const task = {
      session,
      runId: accepted.runId,
      grants: submission.grants,
      sessionGrants: this.#grantsOf(sessionId),
      models,
    };
    const run = new ActiveRun(task, this.#parts, (event) => this.#hub.publish(sessionId, event));
    this.#active.set(sessionId, run);
    void run.start().finally(() => {
      if (this.#active.get(sessionId) === run) this.#active.delete(sessionId);
    });
    return { runId: accepted.runId };
  }

  steer(sessionId: string, text: string): Promise<boolean> {
    const run = this.#active.get(sessionId);
    run?.steer(text);
    return Promise.resolve(run !== undefined);
  }

  async stop(sessionId: string): Promise<boolean> {
    const run = this.#active.get(sessionId);
    await run?.stop();
    return run !== undefined;
  }

  async command(sessionId: string, { text, isPath, signal }: CommandCall): Promise<CommandReply | undefined> {
    const called = calledCommand(text, isPath);
    if (called === undefined) return undefined;
    const parts = this.#parts;
    const { ledger, newId } = parts;
    const session = await this.#session(sessionId);
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const context = {
      session,
      ledger,
      pastSessions: () => parts.pastSessions(),
      undoFiles: (request: UndoRequest) => parts.undoFiles?.(session, request, either),
      newId,
      signal: either,
    };
    return called.command.run(context, called.words);
  }

  async decide(approvalId: string, answer: ApprovalAnswer, personId: string): Promise<void> {
    const { ledger, saveRules } = this.#parts;
    const run = [...this.#active.values()].find((each) => each.waiting(approvalId) !== undefined);
    const offer = run?.waiting(approvalId)?.offer ?? [];
    if (answer === "always" && (saveRules === undefined || run?.task.grants.surface !== "terminal")) {
      throw new AgentError(
        "bad-usage",
        "Only at a terminal, with a home to keep it in, can something be allowed for good.",
      );
    }
    const verdict = answer === "deny" ? "deny" : "allow";
    const isFirst = await ledger.decideApproval(approvalId, { verdict, decidedBy: personId, rule: asked[answer] });
    if (!isFirst) return;
    try {
      if (answer === "always" && offer.length > 0) await saveRules?.(offer, personId);
    } finally {
      run?.answer(approvalId, answer); // what was decided holds, also when it could not be written down for good
    }
  }

  events(sessionId: string, signal: AbortSignal): AsyncIterable<AgentEvent> {
    return this.#hub.subscribe(sessionId, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#active.values()].map((run) => run.stop()));
  }

  #grantsOf(sessionId: string): SessionGrants {
    const known = this.#sessionGrants.get(sessionId) ?? new SessionGrants();
    this.#sessionGrants.set(sessionId, known);
    return known;
  }

  async #session(id: string): Promise<Session> {
    const session = await this.#parts.ledger.session(id);
    if (session === undefined) throw new AgentError("not-found", `There is no session ${id}.`);
    return session;
  }

  async #messageFor({ text }: Submission, model: Model, session: Session): Promise<UserMessage> {
    const room = requestRoom(model.limits.contextTokens, model.limits.outputTokens) * 0.7;
    const tokens = estimateTokens(text);
    if (tokens > room) {
      const size = `about ${Math.round(tokens / 1000)}k tokens, and ${model.id} takes about ${Math.round(room / 1000)}k`;
      throw new AgentError("bad-usage", `The message is too long (${size}): save it to a file and name the file.`);
    }
    const today = dayOf(this.#parts.clock.now());
    const date = today === dayOf(session.createdAt) ? undefined : `Today is ${today}.`;
    const undone = takenBackNote(await this.#parts.ledger.takenBack(session.id));
    const hints = await this.#parts.attachmentsFor(text, session);
    return {
      role: "user",
      parts: [{ type: "text", text }, ...attached("date", date), ...attached("undo", undone), ...hints],
    };
  }

  /** Waits until the session's lane is ours; says once who holds it. */
  async #claimLane(sessionId: string, runId: string): Promise<void> {
    const { ledger, owner, clock } = this.#parts;
    for (let isTold = false; ; isTold = true) {
      const claim = await ledger.claimRun(runId, owner, leaseMs);
      if (claim.status === "claimed") return;
      if (claim.status === "gone") throw new AgentError("stopped", "The run was ended before it began.");
      if (!isTold) this.#hub.publish(sessionId, heldNotice(runId, claim.owner));
      await clock.sleep(laneRetryMs, this.#closing.signal);
    }
  }
}

const asked = { allow: "asked", session: "asked: session", always: "asked: always", deny: "asked" } as const;

function attached(source: string, text: string | undefined): readonly AttachedPart[] {
  return text === undefined ? [] : [{ type: "attached", source, text }];
}

/** As in the prompt, which says on which day the session began. */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function heldNotice(runId: string, owner: Owner): AgentEvent {
  const text = `This session is at work in process ${owner.pid} on ${owner.host}; your message is kept and follows after it.`;
  return { type: "notice", runId, notice: { code: "lane-held", text } };
}
