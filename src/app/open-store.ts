import { newId } from "../lib/new-id.ts";
import { isOwnerAlive } from "../lib/process-owner.ts";
import { systemClock } from "../lib/system-clock.ts";
import type { Ledger } from "../protocol/ledger.ts";
import { openLedger, type LedgerOptions } from "../store/open-ledger.ts";
import type { SqliteLedger } from "../store/sqlite-ledger.ts";
import type { AppOptions } from "./app-options.ts";
import { loadSettings, textSetting, type Settings } from "./config/load-settings.ts";
import { homeAt, homeFolder, isReadOnlyHome, openHome, type Home } from "./home.ts";
import { settleRestore } from "./interrupted-restore.ts";

/**
 * The ledger of this home, for commands that only look; a home that cannot be written is looked at as it is, and that
 * is told. Throws `bad-home`, `bad-settings`, `store-lost` or `store-busy`.
 */
export async function openStore(options: AppOptions): Promise<Ledger> {
  return (await openToLook(options)).ledger;
}

export type Looking = {
  readonly ledger: SqliteLedger;
  readonly settings: Settings;
  readonly home: Home;
  readonly isReadOnly: boolean;
};

/** As `openStore`, with the settings that were read on the way. */
export async function openToLook(options: AppOptions): Promise<Looking> {
  const folder = homeFolder(options.environment);
  const home = homeAt(folder);
  if (options.isEphemeral || !isReadOnlyHome(home)) {
    const { settings } = await openSettings(options);
    return { ledger: await openLedgerOf(home, settings, options), settings, home, isReadOnly: false };
  }
  const settings = await loadSettings({ home: folder, environment: options.environment, flags: options.flags });
  options.notice(`the home ${folder} cannot be written: what was stored is shown, and the newest may be missing.`);
  const ledger = await openLedger({ ...ledgerOptions(home, settings, options), isReadOnly: true });
  return { ledger, settings, home, isReadOnly: true };
}

export async function openSettings(options: AppOptions): Promise<{ readonly home: Home; readonly settings: Settings }> {
  const { environment, flags, isEphemeral } = options;
  const folder = homeFolder(environment);
  const home = isEphemeral ? homeAt(folder) : openHome(folder, options.notice);
  return { home, settings: await loadSettings({ home: folder, environment, flags }) };
}

export async function openLedgerOf(home: Home, settings: Settings, options: AppOptions): Promise<SqliteLedger> {
  const journal = options.isEphemeral ? {} : { journalPath: home.journal };
  const ledger = await openLedger({ ...ledgerOptions(home, settings, options), ...journal });
  try {
    settleRestore(home.folder); // one that began after the home was opened, and before it could see that we use it
    return ledger;
  } catch (error) {
    await ledger[Symbol.asyncDispose]();
    throw error;
  }
}

function ledgerOptions(home: Home, settings: Settings, options: AppOptions): LedgerOptions {
  return {
    path: options.isEphemeral ? ":memory:" : home.database,
    clock: systemClock,
    newId,
    isAlive: isOwnerAlive,
    notice: ({ text }) => options.notice(text),
    durability: textSetting(settings, "store.durability") === "full" ? "full" : "normal",
  };
}
