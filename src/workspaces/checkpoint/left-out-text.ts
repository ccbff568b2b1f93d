import { oneLine } from "../../lib/one-line.ts";
import type { LeftOut } from "../../protocol/checkpoint.ts";

const maxNames = 5;

const reasons: Readonly<Record<LeftOut["why"], string>> = {
  rebuildable: "a tool makes it again",
  "too-large": "too large",
  "too-much": "too much at once",
  unreadable: "it cannot be read",
  "other-device": "on another file system",
  "bad-name": "its name is not UTF-8",
};

export function whyLeftOut(why: LeftOut["why"]): string {
  return reasons[why];
}

/** What an undo cannot bring back, by reason and with some names; `undefined` when everything is protected. */
export function leftOutText(leftOut: readonly LeftOut[]): string | undefined {
  if (leftOut.length === 0) return undefined;
  const byReason = Map.groupBy(leftOut, ({ why }) => why);
  const parts = [...byReason].map(([why, group]) => {
    const names = group.slice(0, maxNames).map(({ path }) => oneLine(path));
    const rest = group.length > maxNames ? ` and ${group.length - maxNames} more` : "";
    return `${names.join(", ")}${rest} (${reasons[why]})`;
  });
  return `An undo does not bring back: ${parts.join("; ")}.`;
}
