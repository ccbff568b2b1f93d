const unspacedRun = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]+/gu;
const beyondLatin = /[\u1100-\uffff]/; // where unspaced scripts begin: most texts need no closer look
const latinWord = /[A-Za-z0-9]+/g;
const changesCase = /[a-z0-9][A-Z]|[A-Z]{2}[a-z]/;
const longestName = 80;
const namePiece = /[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g;

/**
 * Writes scripts without spaces (Chinese, Japanese, Korean) as their pairs in order and then their single letters, each
 * a word of its own. A row of pairs is then found exactly where the letters stand side by side.
 */
export function spaceOut(text: string): string {
  if (!beyondLatin.test(text)) return text;
  return text.replace(unspacedRun, (run) => ` ${[...pairsOf(run), ...Array.from(run)].join(" ")} `);
}

/** Neighbouring letters, two by two; none for a single letter. */
export function pairsOf(run: string): readonly string[] {
  const letters = Array.from(run);
  return letters.slice(1).map((letter, index) => `${letters[index] ?? ""}${letter}`);
}

/** The text's runs of unspaced script, and what is between them. */
export function splitByScript(text: string): { readonly runs: readonly string[]; readonly rest: string } {
  return { runs: text.match(unspacedRun) ?? [], rest: text.replace(unspacedRun, " ") };
}

/** The parts of a name like `userService` or `HTTPServer`, in small letters; one part when it is no such name. */
export function namePieces(name: string): readonly string[] {
  return (name.match(namePiece) ?? []).map((piece) => piece.toLowerCase());
}

/** Every name in the text that is written together, once, as its parts with spaces between. */
export function splitNames(text: string): string {
  const names = (text.match(latinWord) ?? []).filter((word) => word.length <= longestName && changesCase.test(word));
  return Array.from(new Set(names), (name) => namePieces(name).join(" ")).join(" ");
}

const tripleLength = 3;

/** Every three letters or digits that stand side by side in the text's words, once; of words in spaced scripts alone. */
export function triplesIn(text: string): readonly string[] {
  const spaced = beyondLatin.test(text) ? text.replace(unspacedRun, " ") : text;
  const triples = new Set<string>();
  for (const [word] of spaced.matchAll(/[\p{L}\p{N}]+/gu)) {
    for (let at = 0; at + tripleLength <= word.length; at += 1) triples.add(word.slice(at, at + tripleLength));
  }
  return [...triples];
}
