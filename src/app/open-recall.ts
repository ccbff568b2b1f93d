import { systemClock } from "../lib/system-clock.ts";
import { newId } from "../lib/new-id.ts";
import type { AttachedPart } from "../protocol/message.ts";
import type { PastSessions } from "../protocol/recall-answer.ts";
import type { Recall } from "../protocol/recall.ts";
import type { Session } from "../protocol/session.ts";
import { withoutPastCue } from "../recall/past-cue.ts";
import type { Environment } from "./config/environment.ts";
import { numberSetting, type Settings } from "./config/load-settings.ts";
import type { SqliteLedger } from "../store/sqlite-ledger.ts";
import { budgetsOf } from "./budgets-of.ts";
import type { OpenSecrets } from "./open-secrets.ts";
import { recallOfHome } from "./recall-of-home.ts";

const usualSummarySeconds = 20;
const usualHintMs = 150;

export type RecallSource = {
  readonly settings: Settings;
  readonly environment: Environment;
  /** Asked when a model is needed. */
  readonly secrets: () => Promise<OpenSecrets>;
  readonly ledger: SqliteLedger;
  /** The database of the ledger. */
  readonly path: string;
  /** It is in memory, or can only be read: it is searched over the ledger's own connection. */
  readonly isEphemeral: boolean;
};

/** Everything that uses recall, loaded and opened when it is used: most runs never look back. */
export type OpenRecall = AsyncDisposable & {
  pastSessions(): Promise<PastSessions>;
  /** What stands beside a message that points back; nothing for any other. Never rejects. */
  hintsFor(text: string, session: Session): Promise<readonly AttachedPart[]>;
};

export function openRecall(source: RecallSource): OpenRecall {
  const recall = recallOfHome(source);
  return {
    pastSessions: () => pastSessionsOf(recall, source),
    async hintsFor(text, session) {
      const deadlineMs = numberSetting(source.settings, "recall.hint_milliseconds") ?? usualHintMs;
      const asked = deadlineMs === 0 ? undefined : withoutPastCue(text, session.messageCount === 0);
      if (asked === undefined) return [];
      const { recallHints } = await import("../recall/recall-hints.ts");
      const hint = await recallHints(asked, session, {
        openRecall: () => Promise.resolve(recall),
        clock: systemClock,
        deadlineMs,
      });
      return hint === undefined ? [] : [hint];
    },
    [Symbol.asyncDispose]: () => recall[Symbol.asyncDispose](),
  };
}

async function pastSessionsOf(recall: Recall, source: RecallSource): Promise<PastSessions> {
  const { settings, environment, secrets, ledger } = source;
  const { createPastSessions } = await import("../recall/past-sessions.ts");
  return createPastSessions({
    recall,
    ledger,
    openModel: async (signal) => {
      const { openModels } = await import("./open-models.ts");
      return (await openModels({ settings, environment, secrets: await secrets() }, signal)).summary;
    },
    budgets: budgetsOf(settings),
    clock: systemClock,
    newId,
    deadlineMs: (numberSetting(settings, "recall.summary_seconds") ?? usualSummarySeconds) * 1_000,
  });
}
