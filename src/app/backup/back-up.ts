import { systemClock } from "../../lib/system-clock.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { anchoredLedger, writeAnchor } from "../audit-anchor.ts";
import type { AppOptions } from "../app-options.ts";
import { homeAt, homeFolder, keyFolder } from "../home.ts";
import { openSecrets } from "../open-secrets.ts";
import { openLedgerOf, openSettings } from "../open-store.ts";
import { restoreBackup, type RestoreReport } from "./restore-backup.ts";
import { writeBackup, type BackupReport } from "./write-backup.ts";

export type BackupWish = {
  readonly target: string;
  readonly force: boolean;
  readonly withoutSecrets: boolean;
  /** Encrypts even where there is no secret. */
  readonly wantsPassphrase: boolean;
};

export type MadeBackup = BackupReport & { readonly isEncrypted: boolean };

/** Makes a backup of the home, and says so in its audit. Throws `bad-usage` when secrets would lie open in it. */
export async function backUp(wish: BackupWish, options: AppOptions): Promise<MadeBackup> {
  const { home, settings } = await openSettings({ ...options, isEphemeral: false });
  const { masker, vault } = await openSecrets(home, settings, options);
  const hasSecrets = vault.list().length > 0;
  const passphrase = wish.withoutSecrets ? undefined : await passphraseFor(hasSecrets || wish.wantsPassphrase, options);
  if (passphrase === undefined && hasSecrets && !wish.withoutSecrets) throw choose();
  await using ledger = anchoredLedger(await openLedgerOf(home, settings, options), home, options);
  await ledger.recordAudit({
    at: systemClock.now(),
    actor: "owner",
    action: "backup",
    subject: wish.target,
    rule: passphrase === undefined ? "without secrets" : "encrypted",
    runId: undefined,
  });
  const { target, force } = wish;
  const keys = keyFolder(options.environment);
  const report = await writeBackup({ home, keys, target, force, passphrase, masker, now: systemClock.now() });
  return { ...report, isEncrypted: passphrase !== undefined };
}

export type RestoreWish = { readonly file: string; readonly into: string | undefined; readonly force: boolean };

/** Puts a backup in the place of the home, or of another one. The restored home has a row about it in its audit. */
export async function restore(wish: RestoreWish, options: AppOptions): Promise<RestoreReport> {
  const report = await restoreBackup({
    file: wish.file,
    into: wish.into ?? homeFolder(options.environment),
    force: wish.force,
    keys: keyFolder(options.environment),
    passphrase: () => askedPassphrase("Passphrase of the backup: ", options),
    prepare: (folder) => recordRestore(folder, wish.file, options),
    now: new Date(systemClock.now()),
  });
  const home = homeAt(report.home);
  await using ledger = await openLedgerOf(home, { values: new Map(), warnings: [] }, options);
  const head = await ledger.auditHead();
  if (head !== undefined) writeAnchor(home, options, head);
  return report;
}

async function recordRestore(folder: string, file: string, options: AppOptions): Promise<void> {
  await using ledger = await openLedgerOf(homeAt(folder), { values: new Map(), warnings: [] }, options);
  const row = { at: systemClock.now(), actor: "owner", action: "restore", subject: file, rule: "verified" };
  await ledger.recordAudit({ ...row, runId: undefined });
}

async function passphraseFor(isWanted: boolean, options: AppOptions): Promise<string | undefined> {
  const { HERMES_BACKUP_PASSPHRASE: given = "" } = options.environment;
  if (given !== "" || !isWanted) return given === "" ? undefined : given;
  const first = await options.askPassphrase("Passphrase for the backup: ");
  if (first === undefined || first === "") return undefined;
  if ((await options.askPassphrase("Once more: ")) === first) return first;
  throw new AgentError("bad-usage", "The two passphrases differ; nothing was written.");
}

function askedPassphrase(question: string, { environment, askPassphrase }: AppOptions): Promise<string | undefined> {
  const { HERMES_BACKUP_PASSPHRASE: given = "" } = environment;
  return given === "" ? askPassphrase(question) : Promise.resolve(given);
}

function choose(): AgentError {
  return new AgentError(
    "bad-usage",
    "Secrets are stored here: set HERMES_BACKUP_PASSPHRASE to encrypt the backup, or leave them out with --without-secrets.",
  );
}
