import { createContext, Script } from "node:vm";
import type { FolderEntry, Workspace } from "../protocol/workspace.ts";
import {
  belowPath,
  byPath,
  endIfStopped,
  type ContentQuery,
  type FileSearch,
  type LineHit,
  type SearchResult,
} from "./file-search.ts";
import { fileLines } from "./file-lines.ts";
import { createFileMatcher } from "./glob.ts";
import { isIgnored, parseIgnoreFile, type IgnoreRule } from "./ignore-rules.ts";
import { unlessRefused } from "./unless-refused.ts";

const maxFileBytes = 20 * 1024 * 1024;
const maxFiles = 50_000;
/** A regular expression can take for ever on a line; this is what one file may take. */
const matchTimeoutMs = 1_000;

/** Search without any program in the workspace: slower, and the same answers. */
export function createWalkingSearch(workspace: Workspace): FileSearch {
  return {
    content: (query, signal) => searchContent(query, workspace, signal),
    files: async (path, signal) =>
      (await listFiles(path, workspace, signal)).map(({ below }) => belowPath(path, below)).toSorted(),
  };
}

async function searchContent(
  query: ContentQuery,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<SearchResult | undefined> {
  const match = createLineMatcher(query);
  if (match === undefined) return undefined;
  const isWanted = query.fileGlob === undefined ? () => true : createFileMatcher(query.fileGlob);
  const hits: LineHit[] = [];
  const notes: string[] = [];
  const refused: string[] = [];
  for (const { below, size } of await listFiles(query.path, workspace, signal)) {
    endIfStopped(signal);
    const path = belowPath(query.path, below);
    if (!isWanted(below === "" ? path : below)) continue;
    if (size > maxFileBytes) {
      notes.push(`${path} is too large to be searched.`);
      continue;
    }
    const bytes = await unlessRefused(workspace.readFile(path));
    if (bytes === "refused") {
      refused.push(path);
      continue;
    }
    const lines = fileLines(bytes);
    const columns = match(lines);
    if (columns === undefined) notes.push(`${path}: the pattern took too long on it.`);
    else hits.push(...hitsOf({ path, lines, columns, context: query.context }));
  }
  return { hits: hits.toSorted(byPath), notes: [...notes, ...refusedNote(refused)] };
}

function refusedNote([first, ...more]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  return [`${first}${others} could not be read, or may only be read by name (read_file).`];
}

type FoundFile = { readonly below: string; readonly size: number };

/** `below` is the path under what is searched; empty when that is a file itself. */
async function listFiles(path: string, workspace: Workspace, signal: AbortSignal): Promise<readonly FoundFile[]> {
  const info = await workspace.stat(path);
  if (info?.kind === "file") return [{ below: "", size: info.size }];
  const found: FoundFile[] = [];
  const above = await rulesAbove(path, workspace);
  const open: OpenFolder[] = [{ below: "", rules: above.rules }];
  for (let next = open.pop(); next !== undefined && found.length < maxFiles; next = open.pop()) {
    endIfStopped(signal);
    const { below } = next;
    const place = below === "" ? path : belowPath(path, below.slice(0, -1));
    const rules = [...next.rules, ...(await rulesIn(place, above.prefix + below, workspace))];
    for (const entry of await entriesOf(place, workspace)) {
      if (!isVisible(entry, above.prefix + below, rules)) continue;
      if (entry.kind === "folder") open.push({ below: `${below}${entry.name}/`, rules });
      if (entry.kind === "file") found.push({ below: below + entry.name, size: entry.size });
    }
  }
  return found.toSorted((a, b) => (a.below < b.below ? -1 : 1));
}

/** A folder still to be looked into, with the ignore rules of everything above it. */
type OpenFolder = { readonly below: string; readonly rules: readonly IgnoreRule[] };

function isVisible({ name, kind, isLink }: FolderEntry, folder: string, rules: readonly IgnoreRule[]): boolean {
  return name !== ".git" && !isLink && !isIgnored(folder + name, kind === "folder", rules);
}

type RulesAbove = { readonly prefix: string; readonly rules: readonly IgnoreRule[] };

/** The rules of the folders between the root and the searched one, whose path under the root is `prefix`. */
async function rulesAbove(path: string, workspace: Workspace): Promise<RulesAbove> {
  const resolved = await workspace.resolve(path);
  if (!resolved.startsWith(`${workspace.root}/`)) return { prefix: "", rules: [] };
  const parts = resolved.slice(workspace.root.length + 1).split("/");
  const rules: IgnoreRule[] = [];
  for (const [index] of parts.entries()) {
    const base = parts
      .slice(0, index)
      .map((part) => `${part}/`)
      .join("");
    rules.push(...(await rulesIn(`${workspace.root}/${base}`, base, workspace)));
  }
  return { prefix: parts.map((part) => `${part}/`).join(""), rules };
}

async function rulesIn(folder: string, base: string, workspace: Workspace): Promise<readonly IgnoreRule[]> {
  const path = `${folder.replace(/\/$/, "")}/.gitignore`;
  const bytes = await unlessRefused(workspace.readFile(path));
  return bytes === undefined || bytes === "refused" ? [] : parseIgnoreFile(Buffer.from(bytes).toString(), base);
}

async function entriesOf(folder: string, workspace: Workspace): Promise<readonly FolderEntry[]> {
  const entries = await unlessRefused(workspace.readFolder(folder));
  return entries === undefined || entries === "refused" ? [] : entries;
}

/** Column of the first match in each line, -1 without one; `undefined` when it took too long. */
type LineMatcher = (lines: readonly string[]) => readonly number[] | undefined;

function createLineMatcher({ pattern, isLiteral }: ContentQuery): LineMatcher | undefined {
  if (isLiteral) return (lines) => lines.map((line) => line.indexOf(pattern));
  const [, flags = "", body = pattern] = /^\(\?([ism]+)\)(.*)$/s.exec(pattern) ?? [];
  const expression = compiled(body, flags);
  if (expression === undefined) return undefined;
  const sandbox: { expression: RegExp; lines: readonly string[]; columns: readonly number[] } = {
    expression,
    lines: [],
    columns: [],
  };
  const context = createContext(sandbox);
  const script = new Script("columns = lines.map((line) => line.search(expression))");
  return (lines) => {
    sandbox.lines = lines;
    try {
      script.runInContext(context, { timeout: matchTimeoutMs }); // only a script of its own can be interrupted
      return sandbox.columns;
    } catch (error) {
      if (isTimeout(error)) return undefined;
      throw error;
    }
  };
}

/** An error from another context is no instance of our `Error`. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}

function compiled(pattern: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return undefined; // the caller says so
  }
}

type FileHits = {
  readonly path: string;
  readonly lines: readonly string[];
  readonly columns: readonly number[];
  readonly context: number;
};

function hitsOf({ path, lines, columns, context }: FileHits): readonly LineHit[] {
  const shown = new Set<number>();
  for (const [index, column] of columns.entries()) {
    if (column === -1) continue;
    for (let near = Math.max(0, index - context); near <= Math.min(lines.length - 1, index + context); near += 1)
      shown.add(near);
  }
  return [...shown].map((index) => {
    const column = columns[index] ?? -1;
    return { path, line: index + 1, text: lines[index] ?? "", column: Math.max(0, column), isContext: column === -1 };
  });
}
