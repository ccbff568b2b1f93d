import type { UndoReport, UndoRequest } from "../../protocol/checkpoint.ts";
import type { NewId } from "../../protocol/clock.ts";
import type { Ledger } from "../../protocol/ledger.ts";
import type { PastSessions } from "../../protocol/recall-answer.ts";
import type { CommandReply } from "../../protocol/runtime.ts";
import type { Session } from "../../protocol/session.ts";

export type CommandContext = {
  readonly session: Session;
  readonly ledger: Pick<Ledger, "lastTurn" | "takeBackTurn">;
  readonly pastSessions: () => Promise<PastSessions>;
  /** `undefined` where nothing is kept. */
  readonly undoFiles: (request: UndoRequest) => Promise<UndoReport> | undefined;
  readonly newId: NewId;
  readonly signal: AbortSignal;
};

/** A word that a person types instead of a task, the same on every surface. */
export type SlashCommand = {
  readonly usage: string;
  readonly summary: string;
  /** It is about one session, which the person has to name. */
  readonly needsSession: boolean;
  /** Throws `bad-usage` for words it does not know. */
  run(context: CommandContext, words: readonly string[]): Promise<CommandReply>;
};
