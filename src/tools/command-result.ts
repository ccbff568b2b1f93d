import type { ToolContext, ToolResult } from "../protocol/tool.ts";
import type { CommandResult } from "../protocol/workspace.ts";
import { promptIn, waysAround, type Prompt } from "./prompt-in.ts";
import { cutMiddle, readableOutput } from "./readable-output.ts";
import type { ToolParts } from "./tool-parts.ts";

const shownCharacters = 16_000;
/** How much of an output is kept to be read again. */
export const keptBytes = 50 * 1024 * 1024;

type Rendering = {
  readonly timeoutMs: number;
  readonly context: Pick<ToolContext, "callId">;
  readonly outputs: ToolParts["outputs"];
  /** What it asked when nobody could answer. */
  readonly unanswered?: Prompt | undefined;
  /** There is a person to whom a question on a terminal is handed. */
  readonly canAsk?: boolean;
};

/** What the model reads of a command: its output, cut in the middle when long, and how it ended. */
export async function renderCommand(result: CommandResult, rendering: Rendering): Promise<ToolResult> {
  const { timeoutMs, context, outputs } = rendering;
  const text = readableOutput(result.output);
  const ending = [endingOf(result, timeoutMs), result.note, promptNote(result, text, rendering)]
    .filter(Boolean)
    .join("\n");
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
    case "asked":
      return `[ended after ${seconds} s, because it asked and nobody could answer; exit ${exitCode}]`;
    case "stopped":
      return `[stopped by the person after ${seconds} s]`;
    case "lost":
      return `[lost after ${seconds} s]`;
  }
}

/** A command without a terminal has no input: what asked for some failed, or waited until its time was over. */
function promptNote(result: CommandResult, text: string, { unanswered, canAsk }: Rendering): string | undefined {
  const isFine = result.status === "finished" && result.exitCode === 0;
  const prompt = unanswered ?? (isFine ? undefined : promptIn(text));
  if (prompt === undefined) return undefined;
  const asked = `it asked ${JSON.stringify(prompt.text)}`;
  if (canAsk === true)
    return `[${asked}: run it with pty=true, and the person is asked; or without a question: ${waysAround(prompt)}]`;
  return prompt.isSecret
    ? `[${asked}: that is the person's to type; run it without a question: ${waysAround(prompt)}]`
    : `[${asked}: run it without a question: ${waysAround(prompt)}; or with background=true pty=true and answer with process write]`;
}
