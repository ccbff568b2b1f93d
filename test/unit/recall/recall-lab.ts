import { recallOfHome } from "../../../src/app/recall-of-home.ts";
import { newId } from "../../../src/lib/new-id.ts";
import { systemClock } from "../../../src/lib/system-clock.ts";
import type { Ledger } from "../../../src/protocol/ledger.ts";
import type { Model, ModelRequest } from "../../../src/protocol/model.ts";
import type { PastSessions } from "../../../src/protocol/recall-answer.ts";
import type { Recall } from "../../../src/protocol/recall.ts";
import type { Audience, Session, Surface } from "../../../src/protocol/session.ts";
import { noUsage } from "../../../src/protocol/usage.ts";
import { createScriptedModel, type ScriptedReply } from "../../../src/providers/scripted/scripted-model.ts";
import { createPastSessions, type PastSessionsParts } from "../../../src/recall/past-sessions.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";

const here = { host: "lab", pid: 1, startedAt: "1" };

export type Told = {
  readonly id: string;
  readonly said: readonly (readonly [question: string, answer: string])[];
  /** Local time, as in `2026-11-20T09:15`. */
  readonly at?: string;
  readonly audience?: Audience;
  readonly surface?: Surface;
};

export type RecallLab = AsyncDisposable & {
  readonly ledger: Ledger;
  readonly recall: Recall;
  /** Puts a finished session into the ledger. */
  tell(session: Told): Promise<Session>;
  /** With a scripted model; `requests` sees what it was asked. */
  past(reply: (request: ModelRequest) => ScriptedReply | Promise<ScriptedReply>, change?: Change): PastLab;
};

type Change = Partial<PastSessionsParts> & { readonly price?: Model["price"] };
export type PastLab = PastSessions & { readonly requests: readonly ModelRequest[] };

/** A real ledger in memory with its search, and a clock that each session sets. */
export async function openRecallLab(): Promise<RecallLab> {
  let now = Date.now();
  const clock = { ...systemClock, now: () => now };
  const isAlive = (): boolean => true;
  const ledger = await openLedger({
    path: ":memory:",
    clock,
    newId,
    isAlive,
    notice: () => undefined,
    durability: "normal",
  });
  const recall = recallOfHome({ path: ":memory:", ledger, isEphemeral: true });
  return {
    ledger,
    recall,
    async tell(told) {
      now = told.at === undefined ? now + 1_000 : new Date(told.at).getTime();
      const { id, audience = "direct:owner", surface = "command-line" } = told;
      await ledger.openSession({ id, audience, personId: "owner", surface, root: "/lab" });
      for (const [question, answer] of told.said) await exchange(ledger, id, [question, answer]);
      const session = await ledger.session(id);
      if (session === undefined) throw new Error(`session ${id} was not kept`);
      return session;
    },
    past(reply, { price, ...change } = {}) {
      const requests: ModelRequest[] = [];
      const model = createScriptedModel({
        ...(price === undefined ? {} : { price }),
        reply: (request) => {
          requests.push(request);
          return reply(request);
        },
      });
      const openModel = (): Promise<Model> => Promise.resolve(model);
      const parts = { recall, ledger, openModel, budgets: {}, clock: systemClock, newId, deadlineMs: 60_000 };
      return { ...createPastSessions({ ...parts, ...change }), requests };
    },
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  };
}

async function exchange(
  ledger: Ledger,
  sessionId: string,
  [question, answer]: readonly [string, string],
): Promise<void> {
  const runId = newId();
  await ledger.acceptInbound({
    platform: "lab",
    account: "lab",
    key: runId,
    sessionId,
    runId,
    messageId: newId(),
    message: { role: "user", parts: [{ type: "text", text: question }] },
    acceptedBy: here,
  });
  await ledger.claimRun(runId, here, 60_000);
  const origin = { api: "lab", provider: "lab", model: "lab" };
  const message = { role: "assistant", parts: [{ type: "text", text: answer }], origin, stop: "end" } as const;
  const turn = { sessionId, runId, messageId: newId(), message, calls: [], reservationId: newId(), usage: noUsage };
  await ledger.appendTurn(turn);
  await ledger.finishRun({ runId, state: "done", outbox: [] });
}
