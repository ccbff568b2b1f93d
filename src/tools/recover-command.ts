import type { ToolContext, ToolResult } from "../protocol/tool.ts";
import type { BackgroundJob, CommandResult } from "../protocol/workspace.ts";
import { headLengthOf } from "../lib/head-and-tail.ts";
import { keptBytes, renderCommand } from "./command-result.ts";
import { failure, success } from "./define-tool.ts";
import type { ToolParts } from "./tool-parts.ts";

/** A command that ends so soon needs no look afterwards. */
const earlyEndMs = 300;

/** What the model reads of a job that was put into the background; a quick end is told with it. */
export async function startedText(job: BackgroundJob, signal: AbortSignal): Promise<ToolResult> {
  const early = AbortSignal.any([signal, AbortSignal.timeout(earlyEndMs)]);
  const status = await job.wait(early).catch(() => undefined); // still running after the short wait
  const { bytes } = await job.read(0, 2_000);
  const shown = Buffer.from(bytes).toString();
  if (status === undefined || status.state === "running") {
    return success(`${shown}[job ${job.id} runs in the background; process shows and ends it]`);
  }
  if (status.state === "lost") return failure(`${shown}[job ${job.id} was lost: ${status.why}]`);
  return { text: `${shown}[job ${job.id} ended at once: exit ${status.exitCode}]`, isError: status.exitCode !== 0 };
}

const recreated =
  "[workspace-recreated: the machine or place was started anew while this ran. Its process is gone and what it did is unknown; it was not run again. Look at the actual state first]";

type Recovery = { readonly outputs: ToolParts["outputs"]; readonly timeoutMs: number; readonly isBackground: boolean };

/** Asks the workspace what became of the job of this call; waits for it when it still runs in the foreground. */
export async function recoverCommand(
  context: ToolContext,
  { outputs, timeoutMs, isBackground }: Recovery,
): Promise<ToolResult | undefined> {
  const job = await context.workspace.job(context.callId);
  if (job === undefined) return undefined;
  const startedAt = performance.now();
  if (isBackground) return startedText(job, context.signal);
  const status = await job
    .wait(AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]))
    .catch(() => job.kill().then(() => job.status()));
  if (status.state === "lost" && status.why === "workspace-recreated") return failure(recreated);
  if (status.state === "lost" || status.state === "running") return undefined;
  const { size } = await job.read(0, 0);
  const head = headLengthOf(keptBytes);
  const isWhole = size <= keptBytes;
  const first = await job.read(0, isWhole ? size : head);
  const rest = isWhole ? new Uint8Array() : (await job.read(size - (keptBytes - head), keptBytes - head)).bytes;
  const result: CommandResult = {
    status: status.state,
    exitCode: status.exitCode,
    output: Buffer.concat([first.bytes, rest]),
    droppedBytes: Math.max(0, size - keptBytes),
    durationMs: performance.now() - startedAt,
    note: "[Hermes was killed while this ran; it was not run again: this is what it did]",
  };
  return renderCommand(result, { timeoutMs, context, outputs });
}
