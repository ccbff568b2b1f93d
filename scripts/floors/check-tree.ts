import { roomOf } from "./floor-map.ts";
import type { Breach } from "./rule.ts";
import { ruleTable } from "./rule-table.ts";
import type { SourceTree } from "./source-tree.ts";

export interface NamedBreach extends Breach {
  readonly rule: string;
}

/** Every breach of every rule, by path and line. Throws on a tree without source: a guard that reads nothing passes everything. */
export function checkTree(tree: SourceTree): readonly NamedBreach[] {
  if (!tree.modules.some((module) => roomOf(module.path) !== undefined)) {
    throw new Error(`No module was found in ${tree.root}/src, so nothing was checked.`);
  }
  const breaches = ruleTable.flatMap(({ name, check }) => check(tree).map((breach) => ({ rule: name, ...breach })));
  return breaches.sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
}

/** `src/a/b.ts:12 rule-name: the sentence that says the fix` */
export function describeBreach({ path, line, rule, message }: NamedBreach): string {
  return `${path}:${line} ${rule}: ${message}`;
}
