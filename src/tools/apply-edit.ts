import { findLines, findText, type Place } from "./find-text.ts";
import type { Hunk } from "./v4a-patch.ts";

/** The new text and what had to be overlooked, or a sentence that says what to change in the request. */
export type Applied = { readonly text: string; readonly notes: readonly string[] } | { readonly problem: string };

export type Replacement = { readonly oldString: string; readonly newString: string; readonly isAll: boolean };

const maxListedPlaces = 8;

/** Replaces the one place where `oldString` stands, or all of them when that is asked for. */
export function applyReplacement(text: string, { oldString, newString, isAll }: Replacement): Applied {
  if (oldString === "") return { problem: "old_string is empty; give the text to replace, or use write_file" };
  if (oldString === newString) return { problem: "old_string and new_string are the same; nothing would change" };
  return withFeeds(text, (plain) => {
    const found = findText(plain, toPlain(oldString, text), toPlain(newString, text));
    if (found.places.length === 0)
      return { problem: "old_string is not in the file; read the file and copy the text exactly" };
    if (found.places.length > 1 && !isAll) return { problem: ambiguous("old_string", found.places) };
    return { text: replacedAt(plain, found.places), notes: noteOf(found.how) };
  });
}

/** Applies hunks from top to bottom; each must have exactly one place after the one before. */
export function applyHunks(text: string, hunks: readonly Hunk[]): Applied {
  return withFeeds(text, (plain) => {
    const places: Place[] = [];
    const notes: string[] = [];
    let from = 0;
    for (const [index, hunk] of hunks.entries()) {
      const placed = placeHunk(plain, { hunk, from, name: `hunk ${index + 1} of ${hunks.length}` });
      if ("problem" in placed) return placed;
      places.push(placed.place);
      notes.push(...noteOf(placed.how));
      from = placed.place.end;
    }
    return { text: replacedAt(plain, places), notes: [...new Set(notes)] };
  });
}

type Placed = { readonly place: Place; readonly how: string } | { readonly problem: string };
type Placing = { readonly hunk: Hunk; readonly from: number; readonly name: string };

function placeHunk(text: string, { hunk, from, name }: Placing): Placed {
  const start = afterAnchors(text, hunk.anchors, from);
  if (start === undefined)
    return { problem: `${name}: the line after @@ is not in the file: ${JSON.stringify(hunk.anchors.join(" / "))}` };
  const replacement = hunk.newLines.map((line) => `${line}\n`).join("");
  if (hunk.oldLines.length === 0) return placeInsertion(text, { hunk, start, replacement, name });
  const wanted = hunk.oldLines.map((line) => `${line}\n`).join("");
  const found = findLines(text, wanted, replacement);
  const places = found.places.filter(
    (place) => place.start >= start && (!hunk.atEnd || text.slice(place.end).trim() === ""),
  );
  const [place] = places;
  if (place === undefined)
    return {
      problem: `${name}: these lines are not in the file${from > 0 ? " after the hunk before" : ""}:\n${wanted.trimEnd()}`,
    };
  if (places.length > 1 && hunk.anchors.length === 0)
    return { problem: `${name}: ${ambiguous("its old lines", places)}` };
  return { place: withoutAddedFeed(text, place), how: found.how };
}

type Insertion = { readonly hunk: Hunk; readonly start: number; readonly replacement: string; readonly name: string };

function placeInsertion(text: string, { hunk, start, replacement, name }: Insertion): Placed {
  if (hunk.anchors.length === 0 && !hunk.atEnd && text !== "") {
    return {
      problem: `${name} has only + lines: nobody knows where they belong. Add a line of context or an @@ line.`,
    };
  }
  const at = hunk.atEnd || text === "" ? text.length : start;
  const isAfterOpenLine = at > 0 && text.charAt(at - 1) !== "\n";
  const place = {
    start: at,
    end: at,
    line: 0,
    replacement: isAfterOpenLine ? `\n${replacement.slice(0, -1)}` : replacement,
  };
  return { place, how: "" };
}

/** Where the line after the anchors begins. Each anchor is looked for after the one before. */
function afterAnchors(text: string, anchors: readonly string[], from: number): number | undefined {
  let start = from;
  for (const anchor of anchors) {
    const found = findLines(text, `${anchor}\n`, "").places.find((place) => place.start >= start);
    if (found === undefined) return undefined;
    start = found.end;
  }
  return start;
}

/** A last line without a line feed stays one. */
function withoutAddedFeed(text: string, place: Place): Place {
  const isOpenEnd = place.end === text.length && !text.endsWith("\n");
  return isOpenEnd ? { ...place, replacement: place.replacement.replace(/\n$/, "") } : place;
}

function replacedAt(text: string, places: readonly Place[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, replacement } of places) {
    result += text.slice(at, start) + replacement;
    at = end;
  }
  return result + text.slice(at);
}

/** Works on line feeds alone where a file has CRLF throughout, and gives it back with CRLF. */
function withFeeds(text: string, edit: (plain: string) => Applied): Applied {
  if (!isCrlf(text)) return edit(text);
  const applied = edit(text.replaceAll("\r\n", "\n"));
  return "problem" in applied ? applied : { ...applied, text: applied.text.replaceAll("\n", "\r\n") };
}

function toPlain(wanted: string, text: string): string {
  return isCrlf(text) || !text.includes("\r\n") ? wanted.replaceAll("\r\n", "\n") : wanted;
}

function isCrlf(text: string): boolean {
  return text.includes("\r\n") && !/(^|[^\r])\n/.test(text);
}

function ambiguous(name: string, places: readonly Place[]): string {
  const lines = places.slice(0, maxListedPlaces).map(({ line }) => line);
  const more = places.length > maxListedPlaces ? " …" : "";
  return `${name} stands in ${places.length} places, at lines ${lines.join(", ")}${more}; add lines around it until it is one`;
}

function noteOf(how: string): readonly string[] {
  return how === "" ? [] : [`matched without regard to ${how}`];
}
