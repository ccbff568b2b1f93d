import type { RuleSuggestion } from "../policy/suggest-rules.ts";
import { createPolicy } from "../policy/policy.ts";
import { ownerId } from "../protocol/person.ts";
import { toolCatalogue } from "../tools/catalogue.ts";
import type { AppOptions } from "./app-options.ts";
import { listSetting } from "./config/load-settings.ts";
import { openLedgerOf, openSettings } from "./open-store.ts";
import { keepRules, rulesInForce, type RulesInForce } from "./rules-in-force.ts";

const history = 5_000;

/** For commands about rules: what holds, what would spare questions, and the owner's word for more. */
export type ApprovalRules = AsyncDisposable & {
  inForce(): Promise<RulesInForce>;
  /** Without those that are in force already. */
  suggestions(): Promise<readonly RuleSuggestion[]>;
  /** Takes the file as it is. Only for what a person confirmed at a terminal. */
  confirmFile(): Promise<void>;
  /** Throws `bad-settings` for a rule that does not parse. Only for what a person confirmed at a terminal. */
  add(rule: string): Promise<void>;
};

export async function openApprovalRules(options: AppOptions): Promise<ApprovalRules> {
  const { home, settings } = await openSettings(options);
  const ledger = await openLedgerOf(home, settings, options);
  const inForce = (): Promise<RulesInForce> => rulesInForce(settings, ledger);
  return {
    inForce,
    async suggestions() {
      const { suggestRules } = await import("../policy/suggest-rules.ts");
      const { rules } = await inForce();
      return suggestRules(await ledger.decidedApprovals({ limit: history })).filter(
        ({ rule }) => !rules.includes(rule),
      );
    },
    async confirmFile() {
      const rules = listSetting(settings, "approvals.rules");
      requireUnderstood(rules);
      await ledger.confirmRules(rules, ownerId);
    },
    async add(rule) {
      requireUnderstood([rule]);
      await inForce(); // the first rules of a home count before the first one is added
      await keepRules([rule], { home: home.folder, ledger, personId: ownerId });
    },
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  };
}

function requireUnderstood(rules: readonly string[]): void {
  createPolicy({ rules, userHome: "/", hermesHomes: [], tools: Object.keys(toolCatalogue) });
}
