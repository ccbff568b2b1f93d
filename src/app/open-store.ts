import { newId } from "../lib/new-id.ts";
import { isOwnerAlive } from "../lib/process-owner.ts";
import { systemClock } from "../lib/system-clock.ts";
import type { Ledger } from "../protocol/ledger.ts";
import { openLedger } from "../store/open-ledger.ts";
import type { AppOptions } from "./app-options.ts";
import { loadSettings, textSetting, type Settings } from "./config/load-settings.ts";
import { settleRestore } from "./interrupted-restore.ts";
import { homeAt, homeFolder, openHome, type Home } from "./home.ts";

/** The ledger of this home, for commands that only look. Throws `bad-home`, `bad-settings`, `store-lost` or `store-busy`. */
export async function openStore(options: AppOptions): Promise<Ledger> {
  const { home, settings } = await openSettings(options);
  return openLedgerOf(home, settings, options);
}

export async function openSettings(options: AppOptions): Promise<{ readonly home: Home; readonly settings: Settings }> {
  const { environment, flags, isEphemeral } = options;
  const folder = homeFolder(environment);
  const home = isEphemeral ? homeAt(folder) : openHome(folder, options.notice);
  return { home, settings: await loadSettings({ home: folder, environment, flags }) };
}

export async function openLedgerOf(home: Home, settings: Settings, options: AppOptions): Promise<Ledger> {
  const ledger = await openLedger({
    path: options.isEphemeral ? ":memory:" : home.database,
    ...(options.isEphemeral ? {} : { journalPath: home.journal }),
    clock: systemClock,
    newId,
    isAlive: isOwnerAlive,
    notice: ({ text }) => options.notice(text),
    durability: textSetting(settings, "store.durability") === "full" ? "full" : "normal",
  });

  try {
    settleRestore(home.folder); // one that began after the home was opened, and before it could see that we use it
    return ledger;
  } catch (error) {
    await ledger[Symbol.asyncDispose]();
    throw error;
  }
}
