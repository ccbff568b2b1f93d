import { AgentError } from "../protocol/agent-error.ts";

/** A line that matches, or stands beside one that does (`isContext`). `column`: where the match begins in `text`. */
export type LineHit = {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly column: number;
  readonly isContext: boolean;
};

export type ContentQuery = {
  /** A regular expression, in the dialect that all engines share. */
  readonly pattern: string;
  readonly isLiteral: boolean;
  /** File or folder; paths of hits begin with it unless it is `.`. */
  readonly path: string;
  readonly fileGlob: string | undefined;
  readonly context: number;
};

/** What a search found. `notes`: what was left out, as sentences. */
export type SearchResult = { readonly hits: readonly LineHit[]; readonly notes: readonly string[] };

/**
 * All engines agree: hidden files are searched, `.git` and what `.gitignore` names are not, links are not followed,
 * files with a NUL are not text. Order is by path (code units), then by line. They differ in what `\\w` and `\\b` mean
 * beyond ASCII.
 */
export interface FileSearch {
  /** `undefined` when this engine cannot understand the pattern. */
  content(query: ContentQuery, signal: AbortSignal): Promise<SearchResult | undefined>;
  files(path: string, signal: AbortSignal): Promise<readonly string[]>;
}

export function byPath<T extends { readonly path: string; readonly line: number }>(a: T, b: T): number {
  if (a.path === b.path) return a.line - b.line;
  return a.path < b.path ? -1 : 1;
}

/** How a file is called in results; `name` is empty when `path` is the file itself. */
export function belowPath(path: string, name: string): string {
  const base = path.replace(/^(\.\/+)+/, "").replace(/\/+$/, "");
  if (name === "") return base;
  if (path.startsWith("/")) return `${base}/${name}`;
  return base === "" || base === "." ? name : `${base}/${name}`;
}

export function endIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new AgentError("stopped", "The search was stopped.");
}
