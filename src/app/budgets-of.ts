import type { Budgets } from "../protocol/ledger.ts";
import { numberSetting, type Settings } from "./config/load-settings.ts";

export function budgetsOf(settings: Settings): Budgets {
  const named = {
    runUsd: numberSetting(settings, "model.budgets.run_usd"),
    dayUsd: numberSetting(settings, "model.budgets.day_usd"),
    runTokens: numberSetting(settings, "model.budgets.run_tokens"),
    dayTokens: numberSetting(settings, "model.budgets.day_tokens"),
  };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, limit]) => (limit === undefined ? [] : [[name, limit]])),
  );
}
