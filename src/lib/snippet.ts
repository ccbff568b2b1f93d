const usualLength = 200; // characters
const lead = 60; // how much is shown before the first word found
const stemLength = 4; // a stemmed match ("running" for "runs") still shares its beginning

/** The part of the text around the first of the words, on one line; the beginning when none is found literally. */
export function snippetOf(text: string, words: readonly string[], length = usualLength): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= length) return line;
  const found = firstFound(fold(line), words);
  const start = found > lead ? line.indexOf(" ", found - lead) + 1 : 0;
  const from = start > found ? found : start;
  const piece = line.slice(from, from + length);
  return `${from > 0 ? "…" : ""}${wellFormed(piece)}${from + length < line.length ? "…" : ""}`;
}

function firstFound(line: string, words: readonly string[]): number {
  const whole = words.map((word) => line.indexOf(fold(word))).filter((index) => index >= 0);
  if (whole.length > 0) return Math.min(...whole);
  const stems = words.map((word) => line.indexOf(fold(word).slice(0, stemLength))).filter((index) => index >= 0);
  return stems.length > 0 ? Math.min(...stems) : 0;
}

/** Without case and accents, and as long as before: an index into it is an index into the text. */
function fold(text: string): string {
  return text.replace(/[^ -~]|[A-Z]/g, (letter) => {
    const plain = letter.normalize("NFD").charAt(0).toLowerCase();
    return plain.length === 1 ? plain : letter;
  });
}

/** Half of a surrogate pair at either end would show as a broken character. */
function wellFormed(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
}
