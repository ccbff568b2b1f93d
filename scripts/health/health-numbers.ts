import { findCircles } from "../floors/find-circles.ts";
import type { ModuleFacts } from "../floors/module-facts.ts";
import { suppressionsIn } from "../floors/rules-of-comments.ts";
import type { SourceTree } from "../floors/source-tree.ts";
import { findDuplicates } from "./find-duplicates.ts";

/** How the house is doing, in numbers where less is better, except the first and the last. */
export interface HealthNumbers {
  readonly files: number;
  readonly sourceLines: number;
  readonly medianFileLines: number;
  readonly longestFileLines: number;
  readonly longestFunctionLines: number;
  readonly suppressions: number;
  readonly circles: number;
  readonly duplicatedBlocks: number;
  /** Lines of test for one line of source. */
  readonly testRatio: number;
}

export function healthNumbers(tree: SourceTree): HealthNumbers {
  const source = tree.modules.filter((module) => module.path.startsWith("src/"));
  const test = tree.modules.filter((module) => module.path.startsWith("test/"));
  const lengths = source.map((module) => module.lineCount).toSorted((a, b) => a - b);
  return {
    files: source.length,
    sourceLines: sum(source),
    medianFileLines: lengths[Math.floor(lengths.length / 2)] ?? 0,
    longestFileLines: Math.max(0, ...tree.modules.map((module) => module.lineCount)),
    longestFunctionLines: Math.max(0, ...tree.modules.flatMap(functionLengths)),
    suppressions: tree.modules.flatMap(suppressionsIn).length,
    circles: findCircles(tree.modules).length,
    duplicatedBlocks: findDuplicates([...source, ...tree.modules.filter(isScript)]).length,
    testRatio: Math.round((100 * sum(test)) / Math.max(1, sum(source))) / 100,
  };
}

function sum(modules: readonly ModuleFacts[]): number {
  return modules.reduce((total, module) => total + module.lineCount, 0);
}

function functionLengths(module: ModuleFacts): readonly number[] {
  return module.functions.filter((fact) => !fact.isSuite).map((fact) => fact.lineCount);
}

function isScript(module: ModuleFacts): boolean {
  return module.path.startsWith("scripts/");
}
