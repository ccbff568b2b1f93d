import type { PastSessions } from "../protocol/recall-answer.ts";
import { newId } from "../lib/new-id.ts";
import type { NewId } from "../protocol/clock.ts";
import type { AppOptions } from "./app-options.ts";
import { openSecrets } from "./open-secrets.ts";
import { openRecall } from "./open-recall.ts";
import { openToLook } from "./open-store.ts";

export type LookBack = AsyncDisposable & { readonly past: PastSessions; readonly newId: NewId };

/** Past sessions for a command that only looks. Throws as `openStore` does. */
export async function openPastSessions(options: AppOptions): Promise<LookBack> {
  const { ledger, settings, home, isReadOnly } = await openToLook(options);
  const recall = openRecall({
    settings,
    environment: options.environment,
    secrets: () => openSecrets(home, settings, options),
    ledger,
    path: home.database,
    isEphemeral: options.isEphemeral || isReadOnly,
  });
  return {
    past: await recall.pastSessions(),
    newId,
    async [Symbol.asyncDispose]() {
      await recall[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
    },
  };
}
