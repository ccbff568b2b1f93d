import { openStore } from "../../app/open-store.ts";
import type { UsageRow } from "../../protocol/ledger.ts";
import { addUsage, noUsage, type Usage } from "../../protocol/usage.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { whenText } from "../../lib/when-text.ts";
import { writeOut } from "../write-line.ts";

type UsageSum = {
  readonly day: string;
  readonly model: string;
  readonly calls: number;
  readonly lost: number;
  readonly usage: Usage;
};

/** Tokens and cost by day and model; calls whose report was lost are counted apart. */
export async function runUsage(line: CommandLine): Promise<number> {
  await using ledger = await openStore(appOptions(line));
  const sums = sumsOf(await ledger.usage({}));
  if (line.json) await writeOut(sums.map((sum) => `${JSON.stringify(sum)}\n`).join(""));
  else await writeOut(sums.length === 0 ? "No model has been called yet.\n" : heading + sums.map(sumLine).join(""));
  return exitCodes.done;
}

const heading = "day         calls      input     cached     output  cost       model\n";

function sumsOf(rows: readonly UsageRow[]): readonly UsageSum[] {
  const sums = new Map<string, UsageSum>();
  for (const row of rows) {
    const day = whenText(row.at).slice(0, 10);
    const key = `${day} ${row.model}`;
    const before = sums.get(key) ?? { day, model: row.model, calls: 0, lost: 0, usage: noUsage };
    const isKnown = row.state === "settled";
    sums.set(key, {
      ...before,
      calls: before.calls + 1,
      lost: before.lost + (row.state === "lost" ? 1 : 0),
      usage: isKnown ? addUsage(before.usage, row.usage) : before.usage,
    });
  }
  return [...sums.values()].toSorted(
    (left, right) => left.day.localeCompare(right.day) || left.model.localeCompare(right.model),
  );
}

function sumLine({ day, model, calls, lost, usage }: UsageSum): string {
  const cost = usage.costUsd === undefined ? "unknown" : `$${usage.costUsd.toFixed(4)}`;
  const cells = [usage.inputTokens, usage.cacheReadTokens, usage.outputTokens].map((tokens) =>
    String(tokens).padStart(10),
  );
  const note = lost === 0 ? "" : `  (${lost} without a report: the process died)`;
  return `${day} ${String(calls).padStart(6)} ${cells.join(" ")}  ${cost.padEnd(10)} ${model}${note}\n`;
}
