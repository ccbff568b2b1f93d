import * as z from "zod/mini";
import { AgentError } from "../protocol/agent-error.ts";
import type { CommandResult, Workspace } from "../protocol/workspace.ts";
import { byPath, type ContentQuery, type FileSearch, type LineHit, type SearchResult } from "./file-search.ts";
import { createFileMatcher } from "./glob.ts";

const timeoutMs = 60_000;
const maxOutputBytes = 20 * 1024 * 1024;
/** The same view of a tree as our own walker has; nothing that depends on this machine's settings. */
const view =
  "--no-config --hidden --glob '!.git' --no-require-git --no-ignore-global --no-ignore-exclude --no-ignore-dot --no-messages";

/** `undefined` when the workspace has no ripgrep. */
export async function createRipgrepSearch(workspace: Workspace, signal: AbortSignal): Promise<FileSearch | undefined> {
  const run = (command: string, stop: AbortSignal): Promise<CommandResult> =>
    workspace.run(command, { timeoutMs, maxOutputBytes, signal: stop });
  const probe = await run("command -v rg", signal);
  if (probe.exitCode !== 0) return undefined;
  return {
    content: async (query, stop) => {
      const flags = `${query.isLiteral ? "--fixed-strings" : ""} --context ${query.context}`;
      const command = `rg --json --crlf ${view} ${flags} -e ${quoted(query.pattern)} -- ${quoted(query.path)} 2>/dev/null`;
      const result = ended(await run(command, stop));
      if (result.exitCode > 1 && result.output.length === 0) return undefined;
      return readHits(result, query);
    },
    files: async (path, stop) => {
      const result = ended(await run(`rg --files --null ${view} -- ${quoted(path)} 2>/dev/null`, stop));
      const paths = Buffer.from(result.output).toString().split("\0").slice(0, -1);
      return paths.map(withoutDot).toSorted();
    },
  };
}

/** For `sh`: nothing in it means anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function ended(result: CommandResult): CommandResult {
  if (result.status === "finished") return result;
  const isTimeout = result.status === "timed-out";
  throw new AgentError(
    isTimeout ? "timed-out" : "stopped",
    isTimeout ? "The search took longer than 60 s; narrow path or file_glob." : "The search was stopped.",
  );
}

const anyText = z.union([z.object({ text: z.string() }), z.object({ bytes: z.string() })]);
const lineEvent = z.object({
  type: z.enum(["match", "context"]),
  data: z.object({
    path: anyText,
    lines: anyText,
    line_number: z.number(),
    submatches: z.array(z.object({ start: z.number() })),
  }),
});
const endEvent = z.object({
  type: z.literal("end"),
  data: z.object({ path: anyText, binary_offset: z.nullable(z.number()) }),
});

function readHits(result: CommandResult, query: ContentQuery): SearchResult {
  const hits: LineHit[] = [];
  const binary = new Set<string>();
  const matches = query.fileGlob === undefined ? () => true : createFileMatcher(query.fileGlob);
  for (const line of Buffer.from(result.output).toString().split("\n")) {
    const event = parsed(line);
    const end = z.safeParse(endEvent, event);
    if (end.success && end.data.data.binary_offset !== null) binary.add(pathOf(end.data.data.path));
    const hit = z.safeParse(lineEvent, event);
    if (hit.success) hits.push(hitOf(hit.data));
  }
  const kept = hits.filter(({ path }) => !binary.has(path) && matches(relativeTo(query.path, path)));
  const notes = result.droppedBytes > 0 ? ["There were too many matches to look at all; narrow path or pattern."] : [];
  return { hits: kept.toSorted(byPath), notes };
}

/** A line that was cut in the middle of too long an output is no event. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function hitOf({ type, data }: z.output<typeof lineEvent>): LineHit {
  const text = textOf(data.lines).replace(/\r?\n$/, "");
  const startByte = data.submatches[0]?.start ?? 0;
  const column = Buffer.from(textOf(data.lines)).subarray(0, startByte).toString().length;
  return { path: pathOf(data.path), line: data.line_number, text, column, isContext: type === "context" };
}

function textOf(value: z.output<typeof anyText>): string {
  return "text" in value ? value.text : Buffer.from(value.bytes, "base64").toString();
}

function pathOf(value: z.output<typeof anyText>): string {
  return withoutDot(textOf(value));
}

function withoutDot(path: string): string {
  return path.replace(/^\.\//, "");
}

/** A glob with a slash means the path below what is searched. */
function relativeTo(base: string, path: string): string {
  const prefix = `${base.replace(/^\.\//, "").replace(/\/+$/, "")}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}
