import type { PastSessions } from "../protocol/recall-answer.ts";
import { newId } from "../lib/new-id.ts";
import type { NewId } from "../protocol/clock.ts";
import type { AppOptions } from "./app-options.ts";
import { homeAt, homeFolder } from "./home.ts";
import { openSecrets, type OpenSecrets } from "./open-secrets.ts";
import { openRecall } from "./open-recall.ts";
import { openToLook } from "./open-store.ts";

export type LookBack = AsyncDisposable & { readonly past: PastSessions; readonly newId: NewId };

/** Past sessions for a command that only looks. Throws as `openStore` does. */
export async function openPastSessions(options: AppOptions): Promise<LookBack> {
  const { ledger, settings } = await openToLook(options);
  const { environment } = options;
  const secrets = (): Promise<OpenSecrets> => openSecrets(homeAt(homeFolder(environment)), settings, options);
  const recall = openRecall({ settings, environment, secrets, ledger });
  return {
    past: await recall.pastSessions(),
    newId,
    async [Symbol.asyncDispose]() {
      await recall[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
    },
  };
}
