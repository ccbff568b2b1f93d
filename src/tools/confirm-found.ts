import type { ToolContext } from "../protocol/tool.ts";
import { fileLines } from "./file-lines.ts";
import { endIfStopped, type LineHit } from "./file-search.ts";
import { unlessRefused } from "./unless-refused.ts";

/** What a search found: a file, and the lines of it that are to be shown. */
export type Found = { readonly path: string; readonly hits: readonly LineHit[] };

type Place = Pick<ToolContext, "workspace" | "signal">;

const chunkBytes = 1_048_576;
const lineFeed = 10;

/**
 * What of it the workspace finds too. A program goes by names, and between two looks a name can come to lead out of the
 * root; the workspace reads nothing that it must not. Each file is gone through once.
 */
export async function confirmFound<T extends Found>(found: readonly T[], place: Place): Promise<readonly T[]> {
  const confirmed = new Set<T>();
  for (const [path, group] of Map.groupBy(found, (each) => each.path)) {
    const hits = group.flatMap((each) => each.hits);
    const lines = await unlessRefused(linesOf(path, new Set(hits.map(({ line }) => line)), place));
    if (lines === undefined || lines === "refused") continue;
    const isThere = ({ line, text }: LineHit): boolean => withoutMark(lines.get(line)) === withoutMark(text);
    for (const each of group) if (each.hits.every(isThere)) confirmed.add(each);
  }
  return found.filter((each) => confirmed.has(each));
}

type Lines = ReadonlyMap<number, string>;

/** The lines with these numbers; `undefined` when there is no such file. */
async function linesOf(path: string, wanted: ReadonlySet<number>, place: Place): Promise<Lines | undefined> {
  const { workspace, signal } = place;
  const info = await workspace.stat(path);
  if (info?.kind !== "file") return undefined;
  if (wanted.size === 0) return new Map();
  const lines = new Map<number, string>();
  let number = 1;
  let begun: Uint8Array[] = []; // of a line that goes on in the next chunk
  for (let offset = 0; offset < info.size; offset += chunkBytes) {
    endIfStopped(signal);
    const bytes = await workspace.readFile(path, { offset, length: chunkBytes });
    if (bytes === undefined || bytes.length === 0) break;
    if (offset === 0 && isWide(bytes)) return wideLines(path, place);
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      if (wanted.has(number)) lines.set(number, lineText([...begun, bytes.subarray(start, end)]));
      begun = [];
      start = end + 1;
      number += 1;
    }
    if (wanted.has(number)) begun.push(bytes.subarray(start));
  }
  if (wanted.has(number)) lines.set(number, Buffer.concat(begun).toString());
  return lines;
}

function lineText(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString().replace(/\r$/, "");
}

function isWide([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

async function wideLines(path: string, { workspace }: Place): Promise<Lines> {
  return new Map(fileLines(await workspace.readFile(path)).map((line, index) => [index + 1, line]));
}

/** A byte order mark is part of the first line for some, and for others not. */
function withoutMark(line: string | undefined): string | undefined {
  return line?.replace(/^\uFEFF/, "");
}
