import * as z from "zod/mini";
import type { Json } from "../protocol/json.ts";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import type { StartOptions } from "../protocol/workspace.ts";
import { renderCommand } from "./command-result.ts";
import { defineTool, failure } from "./define-tool.ts";
import { newsOf } from "./job-news.ts";
import { newWatch, noteOf } from "./job-watch.ts";
import { recoverCommand, startedText } from "./recover-command.ts";
import { runAnswered } from "./run-answered.ts";
import type { ToolParts } from "./tool-parts.ts";

const defaultTimeoutSeconds = 180;
const maxTimeoutSeconds = 600;

type Parts = Pick<ToolParts, "outputs" | "classifyCommand" | "shellFolder" | "asker">;

const parameters = z.object({
  command: z.string().check(z.minLength(1)),
  timeout: z._default(z.number().check(z.minimum(1)), defaultTimeoutSeconds).check(z.describe("seconds, at most 600")),
  workdir: z.optional(z.string()).check(z.describe("for this command only")),
  background: z.optional(z.boolean()).check(z.describe("returns at once; see process")),
  pty: z.optional(z.boolean()).check(z.describe("for programs that need a terminal, or ask")),
  notify_on_complete: z.optional(z.boolean()).check(z.describe("background: tell when it ends")),
  watch_patterns: z.optional(z.array(z.string())).check(z.describe("background: tell of lines with such a text")),
  /** Where the shell stood when the call was judged; what the model says of it counts for nothing. */
  judgedIn: z.optional(z.string()),
});
type Input = z.output<typeof parameters>;

/** The command runs in the lasting shell of the workspace, as a job with the id of the call. */
export function createTerminalTool({ outputs, classifyCommand, shellFolder, asker }: Parts): Tool {
  const timeoutMsOf = ({ timeout }: Pick<Input, "timeout">): number => Math.min(timeout, maxTimeoutSeconds) * 1_000;
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
    run: (input, context) => (input.background === true ? startJob(input, context) : runCommand(input, context)),
  });
  const startJob = async (input: Input, { workspace, callId, signal }: ToolContext): Promise<ToolResult> => {
    const { watch_patterns: patterns = [], notify_on_complete: isEndTold = false } = input;
    const note = patterns.length > 0 || isEndTold ? { note: noteOf(newWatch(patterns, isEndTold)) } : {};
    const job = await workspace.start(input.command, { ...placeOf(input), ...note, jobId: callId });
    return startedText(job, signal);
  };
  const runCommand = async (input: Input, context: ToolContext): Promise<ToolResult> => {
    const { command, workdir, judgedIn } = input;
    const { workspace, callId } = context;
    const isClean = classifyCommand(command).effect !== "execute";
    const judged = judgedIn ?? workspace.root;
    if (isClean && workdir === undefined && judged !== workspace.shellFolder) {
      return failure(`Not run: the shell is in ${workspace.shellFolder} by now, and not in ${judged}. Call again.`);
    }
    const { result, unanswered } = await runAnswered(command, context, {
      ...placeOf(isClean ? { ...input, workdir: workdir ?? judged } : input),
      shell: isClean ? "clean" : "session", // what was judged by its text must not meet a function of that name
      timeoutMs: timeoutMsOf(input),
      asker,
    });
    const canAsk = asker !== undefined && input.pty !== true;
    const rendering = { timeoutMs: timeoutMsOf(input), context, outputs, canAsk, unanswered };
    const rendered = await renderCommand(result, rendering);
    return { ...rendered, text: rendered.text + (await newsOf(workspace, callId)) };
  };
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
    recover: (input, context) => {
      const { background, ...rest } = input as Input;
      return recoverCommand(context, { outputs, timeoutMs: timeoutMsOf(rest), isBackground: background === true });
    },
  };
}

function withoutJudged(schema: Tool["spec"]["inputSchema"]): Tool["spec"]["inputSchema"] {
  const { judgedIn: _, ...properties } = schema["properties"] as Record<string, never>;
  return { ...schema, properties };
}

function inFolder(folder: string, path: string): string {
  return path.startsWith("/") || path === "~" || path.startsWith("~/") ? path : `${folder}/${path}`;
}

function placeOf({ workdir, pty }: Pick<Input, "workdir" | "pty">): Pick<StartOptions, "cwd" | "pty"> {
  return { ...(workdir === undefined ? {} : { cwd: workdir }), ...(pty === undefined ? {} : { pty }) };
}
