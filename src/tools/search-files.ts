import { oneLine } from "../lib/one-line.ts";
import * as z from "zod/mini";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import type { FileSearch, LineHit, SearchResult } from "./file-search.ts";
import { createFileMatcher } from "./glob.ts";
import { nearestNames } from "./nearest-names.ts";
import { readableText } from "./readable-output.ts";
import { createRipgrepSearch } from "./ripgrep-search.ts";
import { createWalkingSearch } from "./walking-search.ts";

const maxLineCharacters = 300;
const maxCharacters = 16_000;

type Wanted = {
  readonly pattern: string;
  readonly target: "content" | "files";
  readonly path: string;
  readonly file_glob?: string | undefined;
  readonly limit: number;
  readonly offset: number;
  readonly output_mode: "content" | "files_only" | "count";
  readonly context: number;
};

export function createSearchFilesTool(): Tool {
  return defineTool({
    name: "search_files",
    description:
      "Search file contents by regular expression, or with target=files names by glob. Skips .git and what .gitignore names.",
    parameters: z.object({
      pattern: z.string().check(z.minLength(1)),
      target: z._default(z.enum(["content", "files"]), "content"),
      path: z._default(z.string(), "."),
      file_glob: z.optional(z.string()),
      limit: z._default(z.int().check(z.minimum(1), z.maximum(1_000)), 50),
      offset: z._default(z.int().check(z.minimum(0)), 0),
      output_mode: z._default(z.enum(["content", "files_only", "count"]), "content"),
      context: z._default(z.int().check(z.minimum(0), z.maximum(20)), 0),
    }),
    aliases: { query: "pattern", regex: "pattern", glob: "file_glob", directory: "path" },
    intentOf: ({ pattern, path }) => ({ effect: "read", subject: `${pattern} in ${path}`, paths: [path] }),
    run: searchFiles,
  });
}

async function searchFiles(wanted: Wanted, { workspace, signal }: ToolContext): Promise<ToolResult> {
  if ((await workspace.stat(wanted.path)) === undefined) {
    const near = await nearestNames(wanted.path, workspace);
    return failure(
      `There is no ${wanted.path} to search.${near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`}`,
    );
  }
  const walking = createWalkingSearch(workspace);
  const engines = [await createRipgrepSearch(workspace, signal), walking].filter((engine) => engine !== undefined);
  if (wanted.target === "files") return success(await searchNames(wanted, engines[0] ?? walking, signal));
  return success(render(wanted, await searchContent(wanted, engines, signal)));
}

async function searchNames(wanted: Wanted, engine: FileSearch, signal: AbortSignal): Promise<string> {
  const glob = /[*?[{]/.test(wanted.pattern) ? wanted.pattern : `*${wanted.pattern}*`;
  const isWanted = createFileMatcher(glob);
  const base = wanted.path.replace(/\/+$/, "");
  const paths = (await engine.files(wanted.path, signal)).filter((path) =>
    isWanted(path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path),
  );
  return paged(paths.map(plainEntry), wanted, "files");
}

/** With the first engine that understands the pattern; when none does, as plain text, which is said. */
async function searchContent(
  wanted: Wanted,
  engines: readonly FileSearch[],
  signal: AbortSignal,
): Promise<SearchResult> {
  const { pattern, path, file_glob: fileGlob, context } = wanted;
  for (const engine of engines) {
    const result = await engine.content({ pattern, path, fileGlob, context, isLiteral: false }, signal);
    if (result !== undefined) return result;
  }
  const literal = await engines[0]?.content({ pattern, path, fileGlob, context, isLiteral: true }, signal);
  const note = `${JSON.stringify(pattern)} is not a valid regular expression; it was searched for as plain text.`;
  return { hits: literal?.hits ?? [], notes: [note, ...(literal?.notes ?? [])] };
}

function render(wanted: Wanted, { hits, notes }: SearchResult): string {
  return [...notes, renderHits(wanted, hits)].join("\n");
}

function renderHits(wanted: Wanted, hits: readonly LineHit[]): string {
  const matches = hits.filter(({ isContext }) => !isContext);
  const byFile = Map.groupBy(matches, ({ path }) => path);
  switch (wanted.output_mode) {
    case "files_only":
      return paged([...byFile.keys()].map(plainEntry), wanted, "files");
    case "count":
      return paged(
        [...byFile].map(([path, found]) => plainEntry(`${path}: ${found.length}`)),
        wanted,
        "files",
      );
    case "content":
      return paged(entriesOf(hits), wanted, `matches in ${byFile.size} ${byFile.size === 1 ? "file" : "files"}`);
  }
}

/** An entry of a page; the name of its file stands above the first one of each file. */
type Entry = { readonly path: string; readonly text: string };

/** One entry for each match, with the context around it; context between two matches belongs to the one before. */
function entriesOf(hits: readonly LineHit[]): readonly Entry[] {
  const entries: { path: string; lines: string[] }[] = [];
  let waiting: string[] = [];
  let previous: LineHit | undefined;
  let isJoined = false; // to the match before, without a gap
  for (const hit of hits) {
    isJoined &&= previous?.path === hit.path && previous.line + 1 === hit.line;
    const line = `${hit.line}${hit.isContext ? "-" : ":"}${shortLine(hit)}`;
    if (!hit.isContext) {
      entries.push({ path: hit.path, lines: [...waiting, line] });
      waiting = [];
      isJoined = true;
    } else if (isJoined) entries.at(-1)?.lines.push(line);
    else waiting.push(line);
    previous = hit;
  }
  return entries.map(({ path, lines }) => ({ path, text: lines.join("\n") }));
}

/** Around the match, so that a line of a megabyte costs no more than another. */
function shortLine({ text, column }: LineHit): string {
  if (text.length <= maxLineCharacters) return readableText(text);
  const start = Math.max(0, Math.min(column - 100, text.length - maxLineCharacters));
  const cut = text.slice(start, start + maxLineCharacters);
  return readableText(`${start > 0 ? "…" : ""}${cut}${start + maxLineCharacters < text.length ? "…" : ""}`);
}

function paged(entries: readonly Entry[], { offset, limit, pattern }: Wanted, what: string): string {
  if (entries.length === 0) return `No match for ${pattern}.`;
  const lines: string[] = [];
  let end = offset;
  let length = 0;
  for (const { path, text } of entries.slice(offset, offset + limit)) {
    length += text.length + 1;
    if (length > maxCharacters) break;
    if (path !== "" && (end === offset || entries[end - 1]?.path !== path)) lines.push(oneLine(path));
    lines.push(text);
    end += 1;
  }
  if (lines.length === 0) return `[offset ${offset} is beyond the ${entries.length} ${what}]`;
  const goOn = end < entries.length ? `; go on with offset=${end}` : "";
  return [`[${offset + 1}-${end} of ${entries.length} ${what}${goOn}]`, ...lines].join("\n");
}

function plainEntry(text: string): Entry {
  return { path: "", text: oneLine(text) };
}
