import { AgentError } from "../../protocol/agent-error.ts";
import type { Checkpoint } from "../../protocol/checkpoint.ts";

/** Ids of what an undo took back that is not taken back itself. `rows`: newest first. */
export function undoneIds(rows: readonly Checkpoint[]): ReadonlySet<string> {
  const undone = new Set<string>();
  for (const { id, kind, after, undoes } of rows) {
    if (kind === "undo" && after !== undefined && !undone.has(id)) for (const other of undoes) undone.add(other);
  }
  return undone;
}

/** Calls that are not taken back, newest first; an undo that was killed counts for nothing. */
export function standingCalls(rows: readonly Checkpoint[]): readonly Checkpoint[] {
  const undone = undoneIds(rows);
  return rows.filter(({ id, kind }) => kind === "call" && !undone.has(id));
}

/**
 * Everything since a checkpoint, with it, newest first. A call and the undo of it, both since then, are left out
 * together: they have no effect any more. Throws `not-found` or `bad-usage` for an id that does not name one.
 */
export function since(rows: readonly Checkpoint[], idOrPrefix: string): readonly Checkpoint[] {
  const exact = rows.findIndex(({ id }) => id === idOrPrefix);
  const matching = rows.flatMap(({ id }, index) => (id.startsWith(idOrPrefix) ? [index] : []));
  const at = exact === -1 ? matching[0] : exact;
  if (idOrPrefix === "" || at === undefined) {
    throw new AgentError("not-found", `There is no checkpoint ${idOrPrefix}: hermes workspace undo --list shows them.`);
  }
  if (exact === -1 && matching.length > 1) {
    throw new AgentError("bad-usage", `Several checkpoints begin with ${idOrPrefix}: write more of the id.`);
  }
  const range = rows.slice(0, at + 1).filter(({ kind, after }) => kind === "call" || after !== undefined);
  const ids = new Set(range.map(({ id }) => id));
  const undone = undoneIds(rows);
  const cancelled = new Set<string>();
  for (const { id, kind, undoes } of range) {
    if (kind !== "undo" || undone.has(id) || !undoes.every((other) => ids.has(other))) continue;
    for (const other of [id, ...undoes]) cancelled.add(other);
  }
  return range.filter(({ id }) => !cancelled.has(id));
}
