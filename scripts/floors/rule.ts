import type { ModuleFacts } from "./module-facts.ts";
import type { SourceTree } from "./source-tree.ts";

export interface Rule {
  readonly name: string;
  /** Pure: looks at the tree and at nothing else. */
  readonly check: (tree: SourceTree) => readonly Breach[];
}

export interface Breach {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** One sentence that says the fix. */
  readonly message: string;
}

export interface Place {
  readonly line: number;
  readonly message: string;
}

/** A rule that can be decided one file at a time. */
export function ruleForEachModule(name: string, places: (module: ModuleFacts) => readonly Place[]): Rule {
  return {
    name,
    check: (tree) => tree.modules.flatMap((module) => places(module).map((place) => ({ path: module.path, ...place }))),
  };
}
