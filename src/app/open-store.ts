import { newId } from "../lib/new-id.ts";
import { isOwnerAlive } from "../lib/process-owner.ts";
import { systemClock } from "../lib/system-clock.ts";
import type { Ledger } from "../protocol/ledger.ts";
import type { Recall } from "../protocol/recall.ts";
import { openLedger } from "../store/open-ledger.ts";
import type { SqliteLedger } from "../store/sqlite-ledger.ts";
import type { AppOptions } from "./app-options.ts";
import { loadSettings, textSetting, type Settings } from "./config/load-settings.ts";
import { recallOfHome } from "./recall-of-home.ts";
import { homeAt, homeFolder, openHome, type Home } from "./home.ts";

/** The ledger of this home, for commands that only look. Throws `bad-home`, `bad-settings`, `store-lost` or `store-busy`. */
export async function openStore(options: AppOptions): Promise<Ledger> {
  const { home, settings } = await openSettings(options);
  return openLedgerOf(home, settings, options);
}

/** The ledger and the search over it. Throws as `openStore` does. */
export async function openPast(
  options: AppOptions,
): Promise<AsyncDisposable & { readonly ledger: Ledger; readonly recall: Recall }> {
  const { home, settings } = await openSettings(options);
  const ledger = await openLedgerOf(home, settings, options);
  const recall = recallOfHome({ path: home.database, ledger, isEphemeral: options.isEphemeral });
  return {
    ledger,
    recall,
    async [Symbol.asyncDispose]() {
      await recall[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
    },
  };
}

export async function openSettings(options: AppOptions): Promise<{ readonly home: Home; readonly settings: Settings }> {
  const { environment, flags, isEphemeral } = options;
  const folder = homeFolder(environment);
  const home = isEphemeral ? homeAt(folder) : openHome(folder);
  return { home, settings: await loadSettings({ home: folder, environment, flags }) };
}

export function openLedgerOf(home: Home, settings: Settings, options: AppOptions): Promise<SqliteLedger> {
  return openLedger({
    path: options.isEphemeral ? ":memory:" : home.database,
    ...(options.isEphemeral ? {} : { journalPath: home.journal }),
    clock: systemClock,
    newId,
    isAlive: isOwnerAlive,
    notice: ({ text }) => options.notice(text),
    durability: textSetting(settings, "store.durability") === "full" ? "full" : "normal",
  });
}
