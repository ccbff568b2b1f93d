import type { Ledger } from "../protocol/ledger.ts";
import { addRules } from "./config/write-setting.ts";
import { listSetting, type Settings } from "./config/load-settings.ts";

/** The rules of `settings.yaml` against those that the owner confirmed: a file can be changed by whoever may write it. */
export type RulesInForce = {
  /** What holds: the confirmed rules, and of the others those that only ask or deny. */
  readonly rules: readonly string[];
  /** In the file and not confirmed, and confirmed and not in the file any more. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
};

type RuleLedger = Pick<Ledger, "confirmedRules" | "confirmRules">;

/** The first rules of a home are confirmed by being there before it was ever used. Throws `bad-data` for damaged ones. */
export async function rulesInForce(settings: Settings, ledger: RuleLedger): Promise<RulesInForce> {
  const written = listSetting(settings, "approvals.rules");
  const confirmed = await ledger.confirmedRules();
  if (confirmed === undefined) {
    await ledger.confirmRules(written, "first use");
    return { rules: written, added: [], removed: [] };
  }
  const added = written.filter((rule) => !confirmed.includes(rule));
  const removed = confirmed.filter((rule) => !written.includes(rule));
  const stricter = added.filter((rule) => !rule.startsWith("allow "));
  return { rules: [...confirmed, ...stricter], added, removed };
}

/** A sentence for the owner; `undefined` when the file says what was confirmed. */
export function unconfirmedNotice({ added, removed }: RulesInForce): string | undefined {
  if (added.length === 0 && removed.length === 0) return undefined;
  return (
    `The rules in settings.yaml are not those that were confirmed (${added.length} more, ${removed.length} fewer). ` +
    "The confirmed ones hold, and of the new ones those that ask or deny; at a terminal, hermes approvals confirm takes the rest."
  );
}

/** Writes rules into the settings and confirms them, and nothing else that may have changed there meanwhile. */
export async function keepRules(
  rules: readonly string[],
  { home, ledger, personId }: { readonly home: string; readonly ledger: RuleLedger; readonly personId: string },
): Promise<void> {
  await addRules(home, rules);
  const confirmed = (await ledger.confirmedRules()) ?? [];
  await ledger.confirmRules([...new Set([...confirmed, ...rules])], personId);
}
