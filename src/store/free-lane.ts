import { AgentError } from "../protocol/agent-error.ts";
import type { Owner } from "../protocol/run.ts";
import type { Connection } from "./connection.ts";
import { parseOwner } from "./owner-text.ts";
import { numberAt, textAt } from "./row.ts";

export type LaneView = { readonly at: number; readonly isAlive: (owner: Owner) => boolean };

/** Throws `lane-held` while a live process works on the session. */
export function requireFreeLane(connection: Connection, sessionId: string, { at, isAlive }: LaneView): void {
  const lane = connection.get("SELECT owner, expires_at FROM lane WHERE session_id = ?", sessionId);
  const holder = lane === undefined ? undefined : parseOwner(textAt(lane, "owner"));
  if (lane === undefined || holder === undefined || !isAlive(holder) || numberAt(lane, "expires_at") <= at) return;
  throw new AgentError(
    "lane-held",
    `Session ${sessionId} is at work in process ${holder.pid} on ${holder.host}: stop it first, then undo.`,
  );
}
