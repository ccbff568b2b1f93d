const maxWords = 32;

/** The words of a question, each once, in small letters. Letters and digits only: nothing in it is query syntax. */
export function queryWords(query: string): readonly string[] {
  const words = query.normalize("NFC").match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? [];
  return [...new Set(words.map((word) => word.toLowerCase()))].slice(0, maxWords);
}
