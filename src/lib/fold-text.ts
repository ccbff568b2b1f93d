const outsideAscii = /[^\0-\x7f]/;

/** Without case and accents: two texts that a reader takes for the same become the same. */
export function foldText(text: string): string {
  if (!outsideAscii.test(text)) return text.toLowerCase();
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase();
}
