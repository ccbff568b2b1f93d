import { pastCues } from "./past-cue-table.ts";

const mostRead = 2_000; // characters at either end: a long paste is material, and the person's own words stand around it

/**
 * The message without the words that point at earlier conversations ("as last time", "上次"), for searching with;
 * `undefined` when it has none. Looks at the person's words only, not at code or quotations in them.
 */
export function withoutPastCue(message: string, isFirst: boolean): string | undefined {
  const words = ownWords(message);
  const lower = words.toLowerCase();
  // patterns cost milliseconds when they are first used: most messages need none of them
  const likely = pastCues.filter(({ stems }) => stems.some((stem) => lower.includes(stem)));
  const found = likely.filter(({ pattern, isWeak = false }) => (isFirst || !isWeak) && pattern.test(words));
  if (found.length === 0) return undefined;
  return found
    .reduce((text, { pattern }) => text.replace(pattern, " "), words)
    .replaceAll(/\s+/gu, " ")
    .trim();
}

function ownWords(message: string): string {
  const words = message
    .replaceAll(/```[\s\S]*?(?:```|$)/gu, " ")
    .replaceAll(/`[^`\n]*`/gu, " ")
    .replaceAll(/^>.*$/gmu, " ")
    .replaceAll(/"[^"\n]{0,300}"|“[^”\n]{0,300}”|„[^“”\n]{0,300}[“”]|«[^»\n]{0,300}»|「[^」\n]{0,300}」/gu, " ");
  if (words.length <= 2 * mostRead) return words;
  return `${words.slice(0, mostRead)}\n${words.slice(-mostRead)}`;
}
