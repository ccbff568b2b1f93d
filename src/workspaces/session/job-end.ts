import type { JobStatus } from "../../protocol/workspace.ts";
import { decodeField, type Frame } from "./frame-reader.ts";

/** How a job ended, and what its shell left. */
export type JobEnd = {
  readonly status: Exclude<JobStatus, { readonly state: "running" }>;
  /** Where the lasting shell stands now; `undefined` when that is not known. */
  readonly folder?: string;
  /** The folder in which it should have begun and which is gone. */
  readonly goneFolder?: string;
  readonly size?: number;
};

export const lostJob: JobEnd = { status: { state: "lost", why: "no-trace" } };
export const notBegun: JobEnd = { status: { state: "lost", why: "not-begun" } };

/** From a frame `D`: id, exit code, why, folder, folder that was gone, bytes of output. */
export function endOf({ fields }: Frame): JobEnd {
  const [, code, why, folder, gone, size] = fields;
  const bytes = Number(size);
  return {
    status: endedStatus(code, why),
    ...(decodeField(folder) === "" ? {} : { folder: decodeField(folder) }),
    ...(decodeField(gone) === "" ? {} : { goneFolder: decodeField(gone) }),
    ...(Number.isSafeInteger(bytes) ? { size: bytes } : {}),
  };
}

/** From a frame `T`: id, state, exit code, why. `dead` may be on its way to `ended`. */
export function statusOf({ fields }: Frame): JobStatus | "unknown" | "accepted" | "dead" {
  const [, state, code, why] = fields;
  if (state === "ended") return endedStatus(code, why);
  if (state === "running") return { state };
  if (state === "recreated") return { state: "lost", why: "workspace-recreated" };
  if (state === "void") return notBegun.status;
  return state === "accepted" || state === "dead" ? state : "unknown";
}

function endedStatus(code: string | undefined, why: string | undefined): JobEnd["status"] {
  const state = why === "timed-out" || why === "stopped" || why === "asked" ? why : "finished";
  return { state, exitCode: Number(code) };
}
