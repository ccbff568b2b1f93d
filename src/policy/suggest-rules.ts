import type { DecidedApproval } from "../protocol/approval.ts";
import { exactCommands } from "./exact-commands.ts";
import { readScript } from "./read-script.ts";
import { ruleFor } from "./rule-offer.ts";
import { readsItsInputOnly } from "./policy.ts";

/** A rule that would have saved `allowed` questions, all of which were answered with yes. */
export type RuleSuggestion = { readonly rule: string; readonly allowed: number };

const enough = 3;

/** From what people decided: what was allowed at least three times and never denied. The most frequent first. Pure. */
export function suggestRules(decided: readonly DecidedApproval[]): readonly RuleSuggestion[] {
  const counts = new Map<string, { allowed: number; denied: number }>();
  for (const approval of decided) {
    for (const rule of rulesFor(approval)) {
      const count = counts.get(rule) ?? { allowed: 0, denied: 0 };
      counts.set(rule, count);
      if (approval.verdict === "allow") count.allowed += 1;
      else count.denied += 1;
    }
  }
  return [...counts]
    .filter(([, { allowed, denied }]) => allowed >= enough && denied === 0)
    .map(([rule, { allowed }]) => ({ rule: `allow ${rule}`, allowed }))
    .toSorted((left, right) => right.allowed - left.allowed || (left.rule < right.rule ? -1 : 1));
}

/** None for what expands, hides something, or must stay word for word and cannot. */
function rulesFor({ tool, effect, subject }: DecidedApproval): readonly string[] {
  if (tool !== "terminal" || effect !== "execute" || subject.includes("\\u{")) return [];
  const commands = exactCommands(readScript(subject)) ?? [];
  const rules = commands.filter((words) => !readsItsInputOnly(words)).map((words) => ruleFor(tool, words));
  return [...new Set(rules.flatMap((rule) => rule ?? []))];
}
