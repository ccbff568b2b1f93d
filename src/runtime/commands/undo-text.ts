import { oneLine } from "../../lib/one-line.ts";
import type { StepProblem, UndoReport } from "../../protocol/checkpoint.ts";

const maxNames = 40;

/** What an undo did, or why it did nothing, for a person. `command` is how it was called. */
export function undoText(report: UndoReport, command: string): string {
  const { status, labels, restored, removed, conflicts, lost, checkpointId } = report;
  switch (status) {
    case "nothing":
      return "There are no file changes to take back.";
    case "conflict":
      return [
        `Nothing was changed. These were changed since, and not by what would be taken back (${labels.join("; ")}):`,
        ...problemLines(conflicts),
        `${command} --keep leaves them as they are and takes back the rest; ${command} --force overwrites them.`,
      ].join("\n");
    case "unfinished":
    case "undone":
      return [
        status === "undone"
          ? `Took back ${labels.join("; ")}`
          : `Not all of it could be put back: ${labels.join("; ")}. Call it again to go on with the rest.`,
        ...section("Restored", restored),
        ...section("Removed", removed),
        ...(conflicts.length === 0 ? [] : ["Changed since by somebody else:", ...problemLines(conflicts)]),
        ...(lost.length === 0 ? [] : ["Not brought back:", ...problemLines(lost)]),
        ...(checkpointId === undefined ? [] : [`To take this undo back: hermes workspace undo --to ${checkpointId}`]),
      ].join("\n");
  }
}

function section(title: string, paths: readonly string[]): readonly string[] {
  if (paths.length === 0) return [];
  return [`${title} ${paths.length}:`, ...bounded(paths.map((path) => `  ${oneLine(path)}`))];
}

function problemLines(problems: readonly StepProblem[]): readonly string[] {
  return bounded(problems.map(({ path, why }) => `  ${oneLine(path)}: ${why}`));
}

function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= maxNames) return lines;
  return [...lines.slice(0, maxNames), `  and ${lines.length - maxNames} more (--json names them all)`];
}
