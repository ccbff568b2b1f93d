/**
 * What must survive a summary to the letter: paths, addresses, hashes, versions, ids, quoted names, numbers with a
 * meaning. Ordered as first seen, each once.
 */
export function identifiersIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      const token = match[0].replace(/[.,;:!?)\]}'"]+$/u, "");
      if (token.length >= 3 && token.length <= 200) found.add(token);
    }
  }
  return [...found];
}

const patterns: readonly RegExp[] = [
  /\bhttps?:\/\/[^\s<>"'`]+/gu,
  /[\w.+-]+@[\w-]+\.[\w.-]+/gu,
  /(?:~|\.{1,2})?\/[\w@%+=.,-]+(?:\/[\w@%+=.,-]+)*/gu, // absolute and relative paths
  /\b[\w-]+(?:\/[\w.-]+)+\b/gu, // a/b.c
  /\b[\w-]+\.(?:[a-z]{1,5}\d?)\b/gu, // file.ext
  /\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)+\b/gu, // TICKET-123, run_a7
  /\b(?=\w*\d)(?=\w*[a-zA-Z])\w{6,}\b/gu, // a1b2c3, sha256 and hashes
  /\bv?\d+\.\d+(?:\.\d+)*(?:-[\w.]+)?\b/gu, // versions, addresses, amounts
  /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/gu, // CONSTANT_NAME
  /\b[a-z]+(?:[A-Z][a-z0-9]+)+\b/gu, // camelCase
  /\b\d{4,}\b/gu,
  /`[^`\n]{2,80}`/gu,
];
