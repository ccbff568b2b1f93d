import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceTree } from "../floors/source-tree.ts";
import { findDuplicates } from "./find-duplicates.ts";
import { type HealthNumbers, healthNumbers } from "./health-numbers.ts";

export interface HealthReport {
  readonly lines: readonly string[];
  /** Empty when every number is within its cap. */
  readonly worse: readonly string[];
}

/** The most that a number may be, and the sentence that says why it may be that much. */
export interface Cap {
  readonly most: number;
  readonly why: string;
}

export type Caps = Readonly<Partial<Record<keyof HealthNumbers, Cap>>>;

/** Compares the numbers of `tree` with the caps in `scripts/health.json` under `root`. */
export function checkHealth(tree: SourceTree, root: string): HealthReport {
  const caps = JSON.parse(readFileSync(join(root, "scripts/health.json"), "utf8")) as Caps;
  const numbers = healthNumbers(tree);
  const worse = worseThan(caps, numbers);
  const shown = Object.entries(numbers).map(([name, value]) => `${name} ${value}`);
  const duplicates = findDuplicates(tree.modules.filter((module) => !module.path.startsWith("test/")));
  return {
    lines: [
      `health: ${shown.join(" · ")}`,
      ...duplicates.map(({ first, second }) => `  the same block: ${first} and ${second}`),
      ...worse,
    ],
    worse,
  };
}

/** One sentence for every number above its cap, and for every cap that gives no reason. */
export function worseThan(caps: Caps, numbers: HealthNumbers): readonly string[] {
  const names = Object.keys(caps) as (keyof HealthNumbers)[];
  return names.flatMap((name) => {
    const cap = caps[name];
    if (cap === undefined) return [];
    if (cap.why.trim() === "") return [`scripts/health.json: ${name} needs a line that says why.`];
    if (numbers[name] <= cap.most) return [];
    return [
      `${name} is ${numbers[name]}, at most ${cap.most}; mend it, or raise it in scripts/health.json and say why.`,
    ];
  });
}
