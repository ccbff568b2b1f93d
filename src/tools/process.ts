import * as z from "zod/mini";
import { systemClock } from "../lib/system-clock.ts";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import type { BackgroundJob, JobStatus } from "../protocol/workspace.ts";
import { answerTo, type Answering } from "./answer-questions.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import { statusText } from "./job-news.ts";
import { promptIn } from "./prompt-in.ts";
import { readableOutput } from "./readable-output.ts";
import type { ToolParts } from "./tool-parts.ts";

const pageBytes = 16_000;
const tailBytes = 4_000;
const defaultWaitSeconds = 60;
const maxWaitSeconds = 600;
const lookEveryMs = 200;

const parameters = z.object({
  action: z.enum(["list", "poll", "log", "wait", "write", "kill", "close"]),
  id: z.optional(z.string()),
  data: z.optional(z.string()).check(z.describe("write: text, with its line feeds")),
  offset: z.optional(z.int().check(z.minimum(0))).check(z.describe("log: first byte")),
  timeout: z._default(z.number().check(z.minimum(0)), defaultWaitSeconds).check(z.describe("wait: seconds")),
  pattern: z.optional(z.string()).check(z.describe("wait: or until the output matches")),
});
type Input = z.output<typeof parameters>;

/** What runs in the background: look at it, wait for it, answer it, end it. */
export function createProcessTool({ asker }: Pick<ToolParts, "asker">): Tool {
  return defineTool({
    name: "process",
    description: "See and control the background jobs of terminal. wait returns on the end, a pattern or a question.",
    parameters,
    aliases: { session_id: "id", job_id: "id", input: "data" },
    intentOf: ({ action, id = "", data = "" }) => {
      const isRead = action !== "write" && action !== "kill" && action !== "close";
      return { effect: isRead ? "read" : "execute", subject: `${action} ${id} ${data}`.trim(), paths: [] };
    },
    run: async (input, context) => {
      if (input.action === "list") return list(context);
      const job = input.id === undefined ? undefined : await context.workspace.job(input.id);
      if (job === undefined) return failure(`There is no job ${input.id ?? "without an id"}; process list shows them.`);
      const acted = await act(job, input, context);
      if (asker === undefined || input.action !== "wait") return acted;
      return (await handedOver(job, { asker, context, signal: context.signal })) ?? acted;
    },
  });
}

async function list({ workspace }: ToolContext): Promise<ToolResult> {
  const rows: string[] = [];
  for (const { id, command } of await workspace.jobs()) {
    const status = await (await workspace.job(id))?.status();
    if (status !== undefined) rows.push(`${id}  ${statusText(status)}  ${command.replaceAll("\n", " ").slice(0, 100)}`);
  }
  return success(rows.length === 0 ? "No background jobs." : rows.join("\n"));
}

async function act(job: BackgroundJob, input: Input, context: ToolContext): Promise<ToolResult> {
  switch (input.action) {
    case "list":
    case "poll":
      return told(job, await job.status(), context);
    case "log":
      return log(job, input.offset ?? 0);
    case "wait":
      return told(job, await waitFor(job, input, context.signal), context);
    case "write":
      await job.write(Buffer.from(input.data ?? ""));
      return success("Written.");
    case "close":
      await job.closeInput();
      return success("Its input is at its end.");
    case "kill":
      await job.kill();
      return told(job, await job.status(), context);
  }
}

async function log(job: BackgroundJob, offset: number): Promise<ToolResult> {
  const { bytes, size } = await job.read(offset, pageBytes);
  const end = offset + bytes.length;
  const more = end < size ? `; read on with offset=${end}` : "";
  return success(`[bytes ${offset}-${end} of ${size}${more}]\n${readableOutput(bytes)}`);
}

/** A password that a job waits for is the person's to type; `undefined` when it waits for none. */
async function handedOver(job: BackgroundJob, answering: Answering): Promise<ToolResult | undefined> {
  if ((await job.status()).state !== "running") return undefined;
  const { size } = await job.read(0, 0);
  const { bytes } = await job.read(Math.max(0, size - tailBytes), tailBytes);
  const prompt = promptIn(readableOutput(bytes));
  if (prompt?.isSecret !== true) return undefined;
  const answer = await answerTo(prompt, answering);
  if (answer === undefined)
    return failure(`[job ${job.id} asked ${JSON.stringify(prompt.text)}; the person did not answer]`);
  await job.write(Buffer.from(`${answer}\n`));
  answering.context.progress("answered");
  return success(`[job ${job.id} asked ${JSON.stringify(prompt.text)}; the person answered. It goes on: wait again]`);
}

/** State, the last of the output, and a question if it ends in one. An end that is shown needs no other notice. */
async function told(job: BackgroundJob, status: JobStatus, { workspace }: ToolContext): Promise<ToolResult> {
  const { size } = await job.read(0, 0);
  const { bytes } = await job.read(Math.max(0, size - tailBytes), tailBytes);
  const text = readableOutput(bytes);
  if (status.state !== "running") await workspace.markTold(job.id);
  const prompt = status.state === "running" ? promptIn(text) : undefined;
  const asking = prompt === undefined ? "" : asks(prompt.isSecret);
  const shown = size > bytes.length ? `[the last ${bytes.length} of ${size} bytes]\n${text}` : text;
  return success(
    `${shown}${shown === "" || shown.endsWith("\n") ? "" : "\n"}[job ${job.id}: ${statusText(status)}]${asking}`,
  );
}

function asks(isSecret: boolean): string {
  return isSecret
    ? "\n[it waits for a password: that is the person's to type, never yours]"
    : "\n[it waits for an answer: process write]";
}

async function waitFor(job: BackgroundJob, { timeout, pattern }: Input, signal: AbortSignal): Promise<JobStatus> {
  const deadline = performance.now() + Math.min(timeout, maxWaitSeconds) * 1_000;
  let seen = -1;
  for (;;) {
    const status = await job.status();
    if (status.state !== "running" || signal.aborted || performance.now() >= deadline) return status;
    const { size } = await job.read(0, 0);
    const text = readableOutput((await job.read(Math.max(0, size - tailBytes), tailBytes)).bytes);
    if (pattern !== undefined && text.includes(pattern)) return status;
    if (size === seen && promptIn(text) !== undefined) return status; // it asked, and printed nothing since
    seen = size;
    await systemClock.sleep(lookEveryMs, signal).catch(() => undefined); // woken early means stopped
  }
}
