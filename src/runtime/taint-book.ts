import type { Ledger } from "../protocol/ledger.ts";
import { textOf } from "../protocol/message.ts";
import type { Policy, PolicyRequest, Taint } from "../protocol/policy.ts";
import type { RunGrants } from "../protocol/runtime.ts";

export type TaintParts = {
  readonly sessionId: string;
  readonly runId: string;
  readonly grants: RunGrants;
  readonly ledger: Pick<Ledger, "markTaint" | "taintOf" | "messages">;
};

/** Whether something from outside is in the session: what was read stays in the model's context, so the mark stays too. */
export class TaintBook {
  readonly #parts: TaintParts;
  #source: Promise<string | undefined> | undefined;

  constructor(parts: TaintParts) {
    this.#parts = parts;
  }

  /** `undefined` for what reaches nobody, and while nothing came in. */
  async relevantTo(policy: Policy, request: PolicyRequest): Promise<Taint | undefined> {
    if ((await policy.outsideSource(request)) === undefined) return undefined;
    const source = await this.#sourceNow();
    return source === undefined ? undefined : { source, ownerWords: await this.#ownerWords() };
  }

  /** Written down before the call begins. */
  async markIfFromOutside(policy: Policy, request: PolicyRequest): Promise<void> {
    const source = await policy.outsideSource(request);
    if (source === undefined || (await this.#sourceNow()) !== undefined) return;
    const { ledger, sessionId, runId } = this.#parts;
    await ledger.markTaint(sessionId, runId, source);
    this.#source = Promise.resolve(source);
  }

  #sourceNow(): Promise<string | undefined> {
    this.#source ??= this.#parts.ledger.taintOf(this.#parts.sessionId);
    return this.#source;
  }

  /** What people wrote in this session, and what they allowed by name for this run. */
  async #ownerWords(): Promise<string> {
    const { ledger, sessionId, grants } = this.#parts;
    const messages = await ledger.messages(sessionId);
    const written = messages.flatMap(({ message, isTakenBack }) =>
      message.role === "user" && isTakenBack !== true ? [textOf(message)] : [],
    );
    return [...written, ...grants.allow].join("\n");
  }
}
