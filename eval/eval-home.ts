import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recallOfHome } from "../src/app/recall-of-home.ts";
import { newId } from "../src/lib/new-id.ts";
import { currentOwner, isOwnerAlive } from "../src/lib/process-owner.ts";
import { systemClock } from "../src/lib/system-clock.ts";
import type { Ledger } from "../src/protocol/ledger.ts";
import type { Recall } from "../src/protocol/recall.ts";
import type { Audience } from "../src/protocol/session.ts";
import { openLedger } from "../src/store/open-ledger.ts";
import type { Conversation, TalkSession, Turn } from "./conversation.ts";

/** A home of its own for one conversation, with the product's ledger and search. */
export type EvalHome = AsyncDisposable & {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly recall: Recall;
  /** Sets what the ledger takes for the present time, ms since the epoch. */
  setTime(at: number): void;
};

export async function openEvalHome(): Promise<EvalHome> {
  const folder = mkdtempSync(join(tmpdir(), "hermes-eval-"));
  const database = join(folder, "hermes.db");
  const time = { now: Date.now() };
  const ledger = await openLedger({
    path: database,
    clock: { ...systemClock, now: () => time.now },
    newId,
    isAlive: isOwnerAlive,
    notice: ({ text }) => console.error(text),
    durability: "normal",
  });
  const recall = recallOfHome({ path: database, ledger, isEphemeral: false });
  return {
    folder,
    ledger,
    recall,
    setTime(at) {
      time.now = at;
    },
    async [Symbol.asyncDispose]() {
      await recall[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const ownAudience: Audience = "direct:owner";
export const groupAudience: Audience = "group:eval";

/** Writes a conversation as it would have come in: each message by itself, the index behind each run. */
export async function fillHome(home: EvalHome, { id, sessions }: Pick<Conversation, "id" | "sessions">): Promise<void> {
  for (const session of sessions) {
    home.setTime(session.startedAt);
    await home.ledger.openSession({
      id: `${id}/${session.id}`,
      audience: session.kind === "between-people" ? groupAudience : ownAudience,
      personId: "owner",
      surface: session.kind === "between-people" ? "gateway" : "terminal",
      root: "/repo",
    });
    await fillSession(home, id, session);
  }
}

const minute = 60_000;

async function fillSession(home: EvalHome, conversationId: string, session: TalkSession): Promise<void> {
  const sessionId = `${conversationId}/${session.id}`;
  let runId: string | undefined;
  for (const [index, turn] of session.turns.entries()) {
    home.setTime(session.startedAt + index * minute);
    const isAnswer = session.kind === "with-agent" && turn.speaker !== "user";
    if (isAnswer && runId !== undefined) {
      await home.ledger.appendTurn({ ...answerOf(turn), sessionId, runId, messageId: `${conversationId}/${turn.id}` });
      continue;
    }
    await end(home.ledger, runId);
    runId = `${conversationId}/run-${turn.id}`;
    await receive(home, { conversationId, sessionId, runId, turn, isTalk: session.kind === "between-people" });
  }
  await end(home.ledger, runId);
}

type Received = {
  readonly conversationId: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly turn: Turn;
  readonly isTalk: boolean;
};

async function receive(
  { ledger }: EvalHome,
  { conversationId, sessionId, runId, turn, isTalk }: Received,
): Promise<void> {
  const owner = currentOwner();
  const messageId = `${conversationId}/${turn.id}`;
  const author = isTalk ? { author: { personId: turn.speaker.toLowerCase(), name: turn.speaker } } : {};
  await ledger.acceptInbound({
    platform: "eval",
    account: "eval",
    key: messageId,
    sessionId,
    runId,
    messageId,
    message: { role: "user", parts: [{ type: "text", text: turn.text }], ...author },
    acceptedBy: owner,
  });
  await ledger.claimRun(runId, owner, 60 * minute);
}

function answerOf(turn: Turn) {
  return {
    message: {
      role: "assistant",
      parts: [{ type: "text", text: turn.text }],
      origin: { api: "eval", provider: "eval", model: "eval" },
      stop: "end",
    },
    calls: [],
    reservationId: `usage-${turn.id}`,
    usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, costUsd: 0 },
  } as const;
}

async function end(ledger: Ledger, runId: string | undefined): Promise<void> {
  if (runId !== undefined) await ledger.finishRun({ runId, state: "done", outbox: [] });
}
