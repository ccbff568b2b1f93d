/** A block of lines that stands in two places, and where. */
export interface Duplicate {
  readonly first: string;
  readonly second: string;
}

/** So many telling lines in a row, equal but for indentation, are a block. */
const blockLines = 10;

/** Every block that occurs again, each second place counted once however long it is. */
export function findDuplicates(files: readonly { path: string; text: string }[]): readonly Duplicate[] {
  const seen = new Map<string, string>();
  const duplicates: Duplicate[] = [];
  for (const { path, text } of files) {
    const lines = tellingLines(text);
    let reportedUntil = 0;
    for (let at = 0; at + blockLines <= lines.length; at += 1) {
      const block = lines.slice(at, at + blockLines);
      const key = block.map((line) => line.text).join("\n");
      const place = `${path}:${block[0]?.number ?? 0}`;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, place);
      else if (at >= reportedUntil) duplicates.push({ first, second: place });
      if (first !== undefined) reportedUntil = at + blockLines;
    }
  }
  return duplicates;
}

/** Imports, comments and lone brackets are alike everywhere and tell nothing. */
function tellingLines(text: string): readonly { number: number; text: string }[] {
  return text
    .split("\n")
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => /\w/.test(line.text) && !/^(import |export \*|\/\/|\/?\*|\}? ?from )/.test(line.text));
}
