import { oneLine } from "../lib/one-line.ts";
import * as z from "zod/mini";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import type { FileSearch, LineHit, SearchResult } from "./file-search.ts";
import { confirmFound, type Found } from "./confirm-found.ts";
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

async function searchFiles(wanted: Wanted, context: ToolContext): Promise<ToolResult> {
  const { workspace, signal } = context;
  if ((await workspace.stat(wanted.path)) === undefined) {
    const near = await nearestNames(wanted.path, workspace);
    return failure(
      `There is no ${wanted.path} to search.${near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`}`,
    );
  }
  const walking = createWalkingSearch(workspace);
  const engines = [await createRipgrepSearch(workspace, signal), walking].filter((engine) => engine !== undefined);
  if (wanted.target === "files") return success(await searchNames(wanted, engines[0] ?? walking, context));
  return success(await render(wanted, await searchContent(wanted, engines, signal), context));
}

async function searchNames(wanted: Wanted, engine: FileSearch, context: ToolContext): Promise<string> {
  const glob = /[*?[{]/.test(wanted.pattern) ? wanted.pattern : `*${wanted.pattern}*`;
  const isWanted = createFileMatcher(glob);
  const base = wanted.path.replace(/\/+$/, "");
  const paths = (await engine.files(wanted.path, context.signal)).filter((path) =>
    isWanted(path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path),
  );
  return paged(
    paths.map((path) => plainEntry(path, [])),
    pageOf(wanted, "files"),
    context,
  );
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

async function render(wanted: Wanted, { hits, notes }: SearchResult, context: ToolContext): Promise<string> {
  return [...notes, await renderHits(wanted, hits, context)].join("\n");
}

function renderHits(wanted: Wanted, hits: readonly LineHit[], context: ToolContext): Promise<string> {
  const matches = hits.filter(({ isContext }) => !isContext);
  const byFile = Map.groupBy(matches, ({ path }) => path);
  switch (wanted.output_mode) {
    case "files_only":
      return paged(
        [...byFile].map(([path, found]) => plainEntry(path, found)),
        pageOf(wanted, "files"),
        context,
      );
    case "count":
      return paged(
        [...byFile].map(([path, found]) => ({ ...plainEntry(path, found), text: oneLine(`${path}: ${found.length}`) })),
        pageOf(wanted, "files"),
        context,
      );
    case "content":
      return paged(
        entriesOf(hits),
        pageOf(wanted, `matches in ${byFile.size} ${byFile.size === 1 ? "file" : "files"}`),
        context,
      );
  }
}

/** An entry of a page; `heading` stands above the first one of each file. */
type Entry = Found & { readonly heading: string; readonly text: string };

/** One entry for each match, with the context around it; context between two matches belongs to the one before. */
function entriesOf(hits: readonly LineHit[]): readonly Entry[] {
  const entries: { readonly path: string; readonly hits: LineHit[] }[] = [];
  let waiting: LineHit[] = [];
  let previous: LineHit | undefined;
  let isJoined = false; // to the match before, without a gap
  for (const hit of hits) {
    isJoined &&= previous?.path === hit.path && previous.line + 1 === hit.line;
    if (!hit.isContext) {
      entries.push({ path: hit.path, hits: [...waiting, hit] });
      waiting = [];
      isJoined = true;
    } else if (isJoined) entries.at(-1)?.hits.push(hit);
    else waiting.push(hit);
    previous = hit;
  }
  return entries.map(({ path, hits: shown }) => ({
    path,
    hits: shown,
    heading: path,
    text: shown.map(hitLine).join("\n"),
  }));
}

function hitLine(hit: LineHit): string {
  return `${hit.line}${hit.isContext ? "-" : ":"}${shortLine(hit)}`;
}

/** Around the match, so that a line of a megabyte costs no more than another. */
function shortLine({ text, column }: LineHit): string {
  if (text.length <= maxLineCharacters) return readableText(text);
  const start = Math.max(0, Math.min(column - 100, text.length - maxLineCharacters));
  const cut = text.slice(start, start + maxLineCharacters);
  return readableText(`${start > 0 ? "…" : ""}${cut}${start + maxLineCharacters < text.length ? "…" : ""}`);
}

type PageOf = Wanted & { readonly what: string };

function pageOf(wanted: Wanted, what: string): PageOf {
  return { ...wanted, what };
}

async function paged(entries: readonly Entry[], page: PageOf, context: ToolContext): Promise<string> {
  const { offset, limit, pattern, what } = page;
  if (entries.length === 0) return `No match for ${pattern}.`;
  const shown = fitting(entries.slice(offset, offset + limit));
  if (shown.length === 0) return `[offset ${offset} is beyond the ${entries.length} ${what}]`;
  const end = offset + shown.length;
  const confirmed = await confirmFound(shown, context);
  const goOn = end < entries.length ? `; go on with offset=${end}` : "";
  const lost = shown.length - confirmed.length;
  const left = lost === 0 ? "" : `; ${lost} left out: changed meanwhile, outside the working folder, or hard links`;
  return [`[${offset + 1}-${end} of ${entries.length} ${what}${goOn}${left}]`, ...linesOf(confirmed)].join("\n");
}

function fitting(entries: readonly Entry[]): readonly Entry[] {
  let length = 0;
  const firstTooMuch = entries.findIndex(({ text }) => {
    length += text.length + 1;
    return length > maxCharacters;
  });
  return firstTooMuch === -1 ? entries : entries.slice(0, firstTooMuch);
}

function linesOf(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap(({ heading, text }, index) =>
    heading !== "" && heading !== entries[index - 1]?.heading ? [oneLine(heading), text] : [text],
  );
}

function plainEntry(path: string, hits: readonly LineHit[]): Entry {
  return { path, hits, heading: "", text: oneLine(path) };
}
