const contextLines = 2;
const maxCharacters = 3_000;
const maxDiffed = 400_000;

/** What changed between two texts, for a reader who knows the file: hunks only, bounded. */
export async function shortDiff(before: string, after: string): Promise<string> {
  if (before.length + after.length > maxDiffed) return "(too large to show what changed)";
  const { structuredPatch } = await import("diff");
  const patch = structuredPatch("", "", before, after, "", "", { context: contextLines, timeout: 500 });
  if (patch === undefined) return "(too much changed to show)";
  const text = patch.hunks
    .map(({ oldStart, newStart, lines }) => `@@ -${oldStart} +${newStart} @@\n${lines.join("\n")}`)
    .join("\n");
  return text.length <= maxCharacters
    ? text
    : `${text.slice(0, maxCharacters)}\n… (${text.length - maxCharacters} characters more)`;
}
