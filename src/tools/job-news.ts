import type { JobStatus, Workspace } from "../protocol/workspace.ts";

/** Ends of background jobs that nobody was told of yet, each once; empty when there is no news. */
export async function newsOf(workspace: Workspace, exceptId?: string): Promise<string> {
  const told: string[] = [];
  for (const { id, isTold, command } of await workspace.jobs()) {
    if (isTold || id === exceptId) continue;
    const status = await (await workspace.job(id))?.status();
    if (status === undefined || status.state === "running") continue;
    await workspace.markTold(id);
    told.push(`\n[job ${id} ended: ${statusText(status)}; it was: ${command.slice(0, 100)}]`);
  }
  return told.join("");
}

export function statusText(status: JobStatus): string {
  switch (status.state) {
    case "running":
      return "running";
    case "finished":
      return `exit ${status.exitCode}`;
    case "timed-out":
      return `timed out, exit ${status.exitCode}`;
    case "asked":
      return `ended because nobody could answer it, exit ${status.exitCode}`;
    case "stopped":
      return `killed, exit ${status.exitCode}`;
    case "lost":
      return `lost (${status.why}); what it did is unknown`;
  }
}
