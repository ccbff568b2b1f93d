import type { Run, RunState } from "../protocol/run.ts";
import { parseOwner } from "./owner-text.ts";
import { numberAt, oneOfAt, optionalNumberAt, optionalTextAt, type Row, textAt } from "./row.ts";

const states: readonly RunState[] = ["queued", "running", "waiting", "done", "failed", "stopped", "interrupted"];

export function runOf(row: Row): Run {
  const owner = optionalTextAt(row, "owner");
  return {
    id: textAt(row, "id"),
    sessionId: textAt(row, "session_id"),
    state: oneOfAt(row, "state", states),
    owner: owner === undefined ? undefined : parseOwner(owner),
    createdAt: numberAt(row, "created_at"),
    endedAt: optionalNumberAt(row, "ended_at"),
  };
}
