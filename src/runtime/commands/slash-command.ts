import type { UndoReport, UndoRequest } from "../../protocol/checkpoint.ts";
import type { Ledger } from "../../protocol/ledger.ts";
import type { CommandReply } from "../../protocol/runtime.ts";
import type { Session } from "../../protocol/session.ts";

export type CommandContext = {
  readonly session: Session;
  readonly ledger: Pick<Ledger, "lastTurn" | "takeBackTurn">;
  /** `undefined` where nothing is kept. */
  readonly undoFiles: (request: UndoRequest) => Promise<UndoReport> | undefined;
};

/** A word that a person types instead of a task, the same on every surface. */
export type SlashCommand = {
  readonly usage: string;
  readonly summary: string;
  /** Throws `bad-usage` for words it does not know. */
  run(context: CommandContext, words: readonly string[]): Promise<CommandReply>;
};
