import * as z from "zod/mini";
import type { Json } from "../protocol/json.ts";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import type { BackgroundJob, CommandResult } from "../protocol/workspace.ts";
import { keptBytes, renderCommand } from "./command-result.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import { newsOf } from "./job-news.ts";
import { headLengthOf } from "../lib/head-and-tail.ts";
import type { ToolParts } from "./tool-parts.ts";

const defaultTimeoutSeconds = 180;
const maxTimeoutSeconds = 600;
/** A command that ends so soon needs no look afterwards. */
const earlyEndMs = 300;

type Parts = Pick<ToolParts, "outputs" | "classifyCommand" | "shellFolder">;

const parameters = z.object({
  command: z.string().check(z.minLength(1)),
  timeout: z._default(z.number().check(z.minimum(1)), defaultTimeoutSeconds).check(z.describe("seconds, at most 600")),
  workdir: z.optional(z.string()).check(z.describe("for this command only")),
  background: z.optional(z.boolean()).check(z.describe("returns at once; see process")),
  pty: z.optional(z.boolean()).check(z.describe("for programs that need a terminal")),
  /** Where the shell stood when the call was judged; what the model says of it counts for nothing. */
  judgedIn: z.optional(z.string()),
});
type Input = z.output<typeof parameters>;

/** The command runs in the lasting shell of the workspace, as a job with the id of the call. */
export function createTerminalTool({ outputs, classifyCommand, shellFolder }: Parts): Tool {
  const timeoutMsOf = ({ timeout }: Input): number => Math.min(timeout, maxTimeoutSeconds) * 1_000;
  const tool = defineTool({
    name: "terminal",
    description:
      "Run a command in a lasting bash: folder, variables and functions stay. No input. Read files with read_file, change them with patch.",
    parameters,
    aliases: { cmd: "command", cwd: "workdir" },
    intentOf: ({ command, workdir, background, judgedIn }) => {
      const { effect, paths } = classifyCommand(command);
      const folder = workdir ?? judgedIn;
      const shell = effect === "execute" || background === true ? "session" : "clean";
      const call = { effect, subject: command, command: { text: command, shell, folder: workdir } } as const;
      if (folder === undefined) return { ...call, paths };
      return { ...call, paths: [folder, ...paths.map((path) => inFolder(folder, path))] };
    },
    run: async (input, context) => {
      const { command, workdir, background, pty, judgedIn } = input;
      const { workspace, callId } = context;
      const isClean = background !== true && classifyCommand(command).effect !== "execute";
      const judged = judgedIn ?? workspace.root;
      if (isClean && workdir === undefined && judged !== workspace.shellFolder) {
        return failure(`Not run: the shell is in ${workspace.shellFolder} by now, and not in ${judged}. Call again.`);
      }
      const folder = isClean ? (workdir ?? judged) : workdir;
      const place = { ...(folder === undefined ? {} : { cwd: folder }), ...(pty === undefined ? {} : { pty }) };
      if (background === true) {
        const job = await workspace.start(command, { ...place, jobId: callId });
        return startedText(job, context.signal);
      }
      const result = await workspace.run(command, {
        ...place,
        shell: isClean ? "clean" : "session", // what was judged by its text must not meet a function of that name
        jobId: callId,
        timeoutMs: timeoutMsOf(input),
        maxOutputBytes: keptBytes,
        signal: context.signal,
      });
      const rendered = await renderCommand(result, { timeoutMs: timeoutMsOf(input), context, outputs });
      return { ...rendered, text: rendered.text + (await newsOf(workspace, callId)) };
    },
  });
  return {
    ...tool,
    spec: { ...tool.spec, inputSchema: withoutJudged(tool.spec.inputSchema) },
    parse(input) {
      const parsed = tool.parse(input);
      if (!parsed.ok) return { ok: false, problem: parsed.problem.replace(", judgedIn", "") };
      const { judgedIn: _, ...rest } = parsed.input as Readonly<Record<string, Json>>;
      const folder = shellFolder();
      return { ok: true, input: folder === undefined ? rest : { ...rest, judgedIn: folder } };
    },
    recover: (input, context) => recover(input as Input, context, { outputs, timeoutMs: timeoutMsOf(input as Input) }),
  };
}

function withoutJudged(schema: Tool["spec"]["inputSchema"]): Tool["spec"]["inputSchema"] {
  const { judgedIn: _, ...properties } = schema["properties"] as Record<string, never>;
  return { ...schema, properties };
}

function inFolder(folder: string, path: string): string {
  return path.startsWith("/") || path === "~" || path.startsWith("~/") ? path : `${folder}/${path}`;
}

async function startedText(job: BackgroundJob, signal: AbortSignal): Promise<ToolResult> {
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

type Recovery = { readonly outputs: ToolParts["outputs"]; readonly timeoutMs: number };

/** Asks the workspace what became of the job of this call; waits for it when it still runs in the foreground. */
async function recover(input: Input, context: ToolContext, { outputs, timeoutMs }: Recovery) {
  const job = await context.workspace.job(context.callId);
  if (job === undefined) return undefined;
  const startedAt = performance.now();
  if (input.background === true) return startedText(job, context.signal);
  const status = await job
    .wait(AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]))
    .catch(() => job.kill().then(() => job.status()));
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
