import { oneLine } from "../lib/one-line.ts";
import * as z from "zod/mini";
import type { OutputStore, Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import type { FolderEntry, Workspace } from "../protocol/workspace.ts";
import { fileSource, isOutputName, outputSource, type ByteSource } from "./byte-source.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import type { FileKnowledge } from "./file-knowledge.ts";
import { bytePage, linePage, type Page } from "./file-page.ts";
import { nearestNames } from "./nearest-names.ts";
import { readableText } from "./readable-output.ts";
import { decodeText } from "./text-encoding.ts";
import type { ToolParts } from "./tool-parts.ts";

/** A file up to this size is read at once; of a larger one only what is asked for. */
const wholeFileBytes = 1_048_576;
const maxListed = 200;

type Parts = Pick<ToolParts, "outputs" | "fileKnowledge">;

type Wanted = {
  readonly path: string;
  readonly offset: number;
  readonly limit: number;
  readonly start_byte?: number | undefined;
};

export function createReadFileTool(parts: Parts): Tool {
  return defineTool({
    name: "read_file",
    description:
      "Read a text file, an output:… name, or list a folder. The first line of the result says which part it is and how to read on.",
    parameters: z.object({
      path: z.string().check(z.minLength(1)),
      offset: z._default(z.int().check(z.minimum(1)), 1).check(z.describe("first line")),
      limit: z._default(z.int().check(z.minimum(1), z.maximum(2_000)), 2_000).check(z.describe("lines")),
      start_byte: z.optional(z.int().check(z.minimum(0))).check(z.describe("instead of offset, for very long lines")),
    }),
    aliases: { file_path: "path", file: "path", filename: "path" },
    intentOf: ({ path }) => ({ effect: "read", subject: path, paths: isOutputName(path) ? [] : [path] }),
    run: (wanted, context) => readFile(wanted, context, parts),
  });
}

async function readFile(wanted: Wanted, { workspace }: ToolContext, parts: Parts): Promise<ToolResult> {
  const { path } = wanted;
  const info = isOutputName(path) ? undefined : await workspace.stat(path);
  if (info?.kind === "folder") return listFolder(path, workspace);
  if (info?.kind === "other") return failure(`${path} is a pipe, a socket or a device: it cannot be read as a file.`);
  const source = info === undefined ? await keptOutput(path, parts.outputs) : fileSource(path, info.size, workspace);
  if (source === undefined) return failure(await missing(path, workspace));
  if (source.size === 0) {
    await remember(path, new Uint8Array(), { workspace, knowledge: parts.fileKnowledge });
    return success(`[${path}: empty]`);
  }
  const whole = source.size <= wholeFileBytes ? await source.read(0, source.size) : undefined;
  const page = await pageOf(wanted, source, whole);
  if (page === undefined)
    return failure(`${path} is not text: ${kindOf(await source.read(0, 16))}, ${source.size} bytes.`);
  await remember(path, whole, { workspace, knowledge: parts.fileKnowledge });
  return success(`${page.header}\n${isOutputName(path) ? readableText(page.text) : page.text}`);
}

/** `undefined` when it is not text. A kept output is always shown, whatever is in it. */
async function pageOf(wanted: Wanted, source: ByteSource, whole: Uint8Array | undefined): Promise<Page | undefined> {
  const { path, start_byte: startByte } = wanted;
  const probe = whole ?? (await source.read(0, 65_536));
  const decoded = decodeText(probe);
  if (decoded === undefined && !isOutputName(path)) return undefined;
  const isWide = decoded?.encoding.startsWith("utf-16") === true && whole !== undefined;
  const text = isWide ? sourceOf(Buffer.from(decoded.text)) : whole === undefined ? source : sourceOf(whole);
  const name = isWide ? `${path} (UTF-16)` : path;
  return startByte === undefined ? linePage(text, wanted, name) : bytePage(text, startByte, name);
}

function sourceOf(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

function keptOutput(path: string, outputs: OutputStore): Promise<ByteSource | undefined> {
  return isOutputName(path) ? outputSource(path, outputs) : Promise.resolve(undefined);
}

type Memory = { readonly workspace: Workspace; readonly knowledge: FileKnowledge };

async function remember(path: string, whole: Uint8Array | undefined, { workspace, knowledge }: Memory): Promise<void> {
  if (isOutputName(path)) return;
  const [info, resolved] = await Promise.all([workspace.stat(path), workspace.resolve(path)]);
  if (info !== undefined) knowledge.note(resolved, info, whole);
}

async function listFolder(path: string, workspace: Workspace): Promise<ToolResult> {
  const entries = (await workspace.readFolder(path)) ?? [];
  const shown = entries.slice(0, maxListed).map(entryLine);
  const more = entries.length > maxListed ? `; the first ${maxListed} are shown, find others with search_files` : "";
  return success([`[${path}: folder, ${entries.length} entries${more}]`, ...shown].join("\n"));
}

function entryLine({ name: given, kind, size }: FolderEntry): string {
  const name = oneLine(given);
  return kind === "folder" ? `${name}/` : `${name} ${kind === "file" ? size : "(special)"}`;
}

async function missing(path: string, workspace: Workspace): Promise<string> {
  if (isOutputName(path)) return `There is no ${path}: it was never kept or has been pruned. Run the command again.`;
  const near = await nearestNames(path, workspace);
  return `There is no file ${path}.${near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`}`;
}

const signatures: readonly (readonly [string, string])[] = [
  ["89504e47", "a PNG image"],
  ["ffd8ff", "a JPEG image"],
  ["47494638", "a GIF image"],
  ["25504446", "a PDF document"],
  ["504b0304", "a ZIP archive (or a document made of one)"],
  ["1f8b", "gzip data"],
  ["7f454c46", "an ELF program"],
  ["53514c69", "an SQLite database"],
  ["fd377a58", "xz data"],
  ["28b52ffd", "zstd data"],
];

function kindOf(start: Uint8Array): string {
  const hex = Buffer.from(start).toString("hex");
  return signatures.find(([signature]) => hex.startsWith(signature))?.[1] ?? "binary data";
}
