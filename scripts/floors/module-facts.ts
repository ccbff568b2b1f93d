import type { Sighting } from "./sightings.ts";

/** What the rules know about one file; nothing here is read from the disk again. */
export interface ModuleFacts {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  /** Empty when the file parses. */
  readonly syntaxErrors: readonly Located[];
  readonly imports: readonly ImportFact[];
  readonly functions: readonly FunctionFact[];
  readonly comments: readonly CommentFact[];
  readonly sightings: readonly Sighting[];
  /** True when every statement only passes on what another file exports. */
  readonly isBarrel: boolean;
}

export interface Located {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

export interface ImportFact {
  readonly line: number;
  readonly specifier: string;
  /** A path from the root for a relative specifier, `undefined` for a package or a builtin. */
  readonly target: string | undefined;
}

export interface FunctionFact {
  readonly line: number;
  /** The nearest name a reader would use, `(anonymous)` when there is none. */
  readonly name: string;
  readonly lineCount: number;
  readonly parameterCount: number;
  /** Cyclomatic: one, and one more for every place where the way forks. */
  readonly complexity: number;
  /** The body of a `describe`, or a contract suite called `describeSomething`. */
  readonly isSuite: boolean;
  /** The body of `test.each(…)`, whose parameters are the columns of the table. */
  readonly isTableRow: boolean;
}

export interface CommentFact {
  readonly line: number;
  readonly text: string;
}
