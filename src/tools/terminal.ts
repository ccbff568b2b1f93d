import * as z from "zod/mini";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import type { CommandResult } from "../protocol/workspace.ts";
import { defineTool, failure } from "./define-tool.ts";
import { cutMiddle, readableOutput } from "./readable-output.ts";
import type { ToolParts } from "./tool-parts.ts";

const defaultTimeoutSeconds = 180;
const maxTimeoutSeconds = 600;
const shownCharacters = 16_000;
const keptBytes = 50 * 1024 * 1024;

type Parts = Pick<ToolParts, "outputs" | "classifyCommand">;

export function createTerminalTool({ outputs, classifyCommand }: Parts): Tool {
  return defineTool({
    name: "terminal",
    description:
      "Run a shell command. Each call is a new shell in the working folder, without input. Read files with read_file, change them with patch.",
    parameters: z.object({
      command: z.string().check(z.minLength(1)),
      timeout: z
        ._default(z.number().check(z.minimum(1)), defaultTimeoutSeconds)
        .check(z.describe("seconds, at most 600")),
      workdir: z.optional(z.string()),
      background: z.optional(z.boolean()).check(z.describe("not available yet")),
    }),
    aliases: { cmd: "command", cwd: "workdir" },
    intentOf: ({ command, workdir }) => {
      const { effect, paths } = classifyCommand(command);
      if (workdir === undefined) return { effect, subject: command, paths };
      return { effect, subject: command, paths: [workdir, ...paths.map((path) => inFolder(workdir, path))] };
    },
    run: async ({ command, timeout, workdir, background }, context) => {
      if (background === true)
        return failure("Commands in the background are not available yet; run it with a timeout instead.");
      const timeoutMs = Math.min(timeout, maxTimeoutSeconds) * 1_000;
      const result = await context.workspace.run(command, {
        ...(workdir === undefined ? {} : { cwd: workdir }),
        timeoutMs,
        maxOutputBytes: keptBytes,
        signal: context.signal,
      });
      return render(result, { timeoutMs, context, outputs });
    },
  });
}

function inFolder(folder: string, path: string): string {
  return path.startsWith("/") || path === "~" || path.startsWith("~/") ? path : `${folder}/${path}`;
}

type Rendering = { readonly timeoutMs: number; readonly context: ToolContext; readonly outputs: ToolParts["outputs"] };

async function render(result: CommandResult, { timeoutMs, context, outputs }: Rendering): Promise<ToolResult> {
  const text = readableOutput(result.output);
  const ending = endingOf(result, timeoutMs);
  const isError = result.status !== "finished" || result.exitCode !== 0;
  if (text.length <= shownCharacters && result.droppedBytes === 0) {
    return {
      text: text === "" ? `${ending}, no output` : `${text}${text.endsWith("\n") ? "" : "\n"}${ending}`,
      isError,
    };
  }
  const name = await outputs.save(context.callId, result.output);
  const dropped = result.droppedBytes > 0 ? ` (${result.droppedBytes} bytes in its middle were too many to keep)` : "";
  const note = `[… cut here. All ${result.output.length} bytes${dropped}: read_file path=${name} with offset or start_byte]`;
  return { text: `${cutMiddle(text, shownCharacters, note)}\n${ending}`, isError };
}

function endingOf({ status, exitCode, durationMs }: CommandResult, timeoutMs: number): string {
  const seconds = (durationMs / 1_000).toFixed(1);
  switch (status) {
    case "finished":
      return `[exit ${exitCode}, ${seconds} s]`;
    case "timed-out":
      return `[timed out after ${timeoutMs / 1_000} s and was ended with everything it started; exit ${exitCode}]`;
    case "stopped":
      return `[stopped by the person after ${seconds} s]`;
    case "lost":
      return `[lost after ${seconds} s]`;
  }
}
