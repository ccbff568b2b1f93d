/** Where a text stands, and what to put there: `replacement` is indented as the place is. */
export type Place = {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly replacement: string;
};

/** `how` says what was overlooked to find it; empty for an exact match. */
export type Found = { readonly places: readonly Place[]; readonly how: string };

type Level = { readonly how: string; readonly normalize: (line: string) => string; readonly isIndentFree?: boolean };

const levels: readonly Level[] = [
  { how: "trailing spaces", normalize: (line) => line.trimEnd() },
  { how: "quotes and dashes", normalize: (line) => asciiOf(line).trimEnd() },
  { how: "indentation", normalize: (line) => asciiOf(line).trim(), isIndentFree: true },
];

/**
 * All places where `wanted` stands: exactly, or else as whole lines, overlooking one more thing at each step until
 * something is found. Never mixes steps, so that a worse match does not stand beside a better one.
 */
export function findText(text: string, wanted: string, replacement: string): Found {
  const exact = exactPlaces(text, wanted, replacement);
  if (exact.length > 0 || wanted.trim() === "") return { places: exact, how: "" };
  for (const level of levels) {
    const places = linePlaces(text, { wanted, replacement, level });
    if (places.length > 0) return { places, how: level.how };
  }
  return { places: [], how: "" };
}

/** The same for whole lines only; each text ends with a line feed, or is empty. */
export function findLines(text: string, wanted: string, replacement: string): Found {
  for (const level of [{ how: "", normalize: (line: string) => line }, ...levels]) {
    const places = linePlaces(text, { wanted, replacement, level });
    if (places.length > 0) return { places, how: level.how };
  }
  return { places: [], how: "" };
}

function exactPlaces(text: string, wanted: string, replacement: string): readonly Place[] {
  const places: Place[] = [];
  if (wanted === "") return places;
  for (let start = text.indexOf(wanted); start !== -1; start = text.indexOf(wanted, start + wanted.length)) {
    places.push({ start, end: start + wanted.length, line: lineAt(text, start), replacement });
  }
  return places;
}

type LineSearch = { readonly wanted: string; readonly replacement: string; readonly level: Level };

function linePlaces(text: string, { wanted, replacement, level }: LineSearch): readonly Place[] {
  const endsInFeed = wanted.endsWith("\n");
  const wantedLines = (endsInFeed ? wanted.slice(0, -1) : wanted).split("\n");
  const normalizedWanted = wantedLines.map(level.normalize);
  const lines = text.split("\n");
  const normalized = lines.map(level.normalize);
  const places: Place[] = [];
  let start = 0;
  for (let first = 0; first + wantedLines.length <= lines.length; first += 1) {
    if (normalizedWanted.every((line, index) => line === normalized[first + index])) {
      const found = lines.slice(first, first + wantedLines.length);
      const fitted =
        level.isIndentFree === true ? reindented(replacement, { from: wantedLines, to: found }) : replacement;
      const length = found.join("\n").length;
      const hasFeed = endsInFeed && first + wantedLines.length < lines.length;
      if (fitted !== undefined)
        places.push({ start, end: start + length + (hasFeed ? 1 : 0), line: first + 1, replacement: fitted });
    }
    start += (lines[first]?.length ?? 0) + 1;
  }
  return places;
}

/** `undefined` when the two differ by more than one constant indentation: then nobody knows what is meant. */
function reindented(
  replacement: string,
  shift: { readonly from: readonly string[]; readonly to: readonly string[] },
): string | undefined {
  const index = shift.from.findIndex((line) => line.trim() !== "");
  const from = indentOf(shift.from[index] ?? "");
  const to = indentOf(shift.to[index] ?? "");
  const common = commonSuffix(from, to);
  const [cut, put] = [from.slice(0, from.length - common), to.slice(0, to.length - common)];
  const moved = (line: string): string | undefined =>
    line.trim() === "" ? line : line.startsWith(cut) ? put + line.slice(cut.length) : undefined;
  const isConstant = shift.from.every(
    (line, at) => line.trim() === "" || indentOf(moved(line) ?? "?") === indentOf(shift.to[at] ?? ""),
  );
  const lines = replacement.split("\n").map(moved);
  return isConstant && lines.every((line) => line !== undefined) ? lines.join("\n") : undefined;
}

function commonSuffix(a: string, b: string): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length += 1;
  return length;
}

function indentOf(line: string): string {
  return /^\s*/.exec(line)?.[0] ?? "";
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function asciiOf(line: string): string {
  return line
    .replaceAll(/[\u2018\u2019\u201A\u201B\u2032]/g, "'")
    .replaceAll(/[\u201C\u201D\u201E\u201F\u2033]/g, '"')
    .replaceAll(/[\u2010-\u2015\u2212]/g, "-")
    .replaceAll(/[\u00A0\u2000-\u200A\u202F\u205F\u3000]/g, " ")
    .replaceAll("\u2026", "...");
}
