/** Control characters, and characters that nobody sees or that look like spaces. */
export const hiddenCharacter = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{115F}\u{1160}\u{3164}\u{FFA0}]|(?! )\p{Zs}/u;

/** Letters of other scripts that look like Latin ones: Cyrillic, Greek, and a few more. */
const lookAlikes: Readonly<Record<string, string>> = {
  а: "a",
  с: "c",
  ԁ: "d",
  е: "e",
  һ: "h",
  і: "i",
  ј: "j",
  к: "k",
  ӏ: "l",
  м: "m",
  о: "o",
  р: "p",
  ԛ: "q",
  ѕ: "s",
  т: "t",
  у: "y",
  ѵ: "v",
  ԝ: "w",
  х: "x",
  А: "A",
  В: "B",
  С: "C",
  Е: "E",
  Н: "H",
  І: "I",
  Ј: "J",
  К: "K",
  М: "M",
  О: "O",
  Р: "P",
  Ѕ: "S",
  Т: "T",
  Х: "X",
  α: "a",
  ο: "o",
  ρ: "p",
  ν: "v",
  ι: "i",
  κ: "k",
  τ: "t",
  υ: "u",
  γ: "y",
  Α: "A",
  Β: "B",
  Ε: "E",
  Ζ: "Z",
  Η: "H",
  Ι: "I",
  Κ: "K",
  Μ: "M",
  Ν: "N",
  Ο: "O",
  Ρ: "P",
  Τ: "T",
  Υ: "Y",
  Χ: "X",
  ɡ: "g",
  ı: "i",
  ո: "n",
  օ: "o",
  ս: "u",
  "∕": "/",
  "⁄": "/",
  "‐": "-",
  "‑": "-",
  "‒": "-",
  "–": "-",
  "−": "-",
};
const keptSpaces = /[\t\n]/;
const anyHidden = new RegExp(hiddenCharacter.source, "gu");

/**
 * As a person would read it: what is invisible is gone, and look-alikes are the letters that they look like. For what
 * forbids; never what runs.
 */
export function plainText(text: string): string {
  if (isAscii(text)) return text;
  const visible = text.replaceAll(anyHidden, (character) => (keptSpaces.test(character) ? character : ""));
  return visible.normalize("NFKC").replaceAll(/[^\p{ASCII}]/gu, (character) => lookAlikes[character] ?? character);
}

/**
 * For a question: what is invisible, turns the direction of writing or only looks like a Latin letter next to one is
 * written as `\u{…}`, so that what is read is what runs.
 */
export function visibleText(text: string): string {
  if (isAscii(text) && !/[^\P{Cc}\t\n]/u.test(text)) return text;
  const shown = text.replaceAll(anyHidden, (character) =>
    keptSpaces.test(character) ? character : escaped(character),
  );
  return shown.replaceAll(/[\p{L}\p{N}._/:-]+/gu, (word) =>
    /[a-zA-Z]/.test(word) || isAllLookAlike(word) ? word.replaceAll(/[^\p{ASCII}]/gu, disguised) : word,
  );
}

function disguised(character: string): string {
  const isDisguise = Object.hasOwn(lookAlikes, character) || /[\uFF01-\uFF5E]/u.test(character);
  return isDisguise ? escaped(character) : character;
}

function isAllLookAlike(word: string): boolean {
  return (word.match(/[^\p{ASCII}]/gu) ?? []).every((character) => Object.hasOwn(lookAlikes, character));
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}
