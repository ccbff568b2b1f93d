import { noLongerNeeded } from "../lib/no-longer-needed.ts";
import type { ToolContext } from "../protocol/tool.ts";
import type { CommandResult, RunOptions } from "../protocol/workspace.ts";
import { answerQuestions, withoutSecrets } from "./answer-questions.ts";
import type { Asker } from "./asker.ts";
import { keptBytes } from "./command-result.ts";
import type { Prompt } from "./prompt-in.ts";

type Running = Pick<RunOptions, "cwd" | "pty" | "secrets" | "shell" | "timeoutMs"> & {
  readonly asker: Asker | undefined;
};
type Ran = { readonly result: CommandResult; readonly unanswered: Prompt | undefined };

/** Runs a command as the job of a call; on a terminal of its own its questions are handed on while it runs. */
export async function runAnswered(command: string, context: ToolContext, { asker, ...options }: Running): Promise<Ran> {
  const { workspace, callId } = context;
  const running = workspace.run(command, {
    ...options,
    jobId: callId,
    isInteractive: options.pty === true,
    maxOutputBytes: keptBytes,
    signal: context.signal,
  });
  if (options.pty !== true) return { result: await running, unanswered: undefined };
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const answering = answerQuestions(callId, { asker, context, signal });
  answering.catch(() => undefined); // awaited below, when the command has ended
  const result = await running.finally(() => over.abort(noLongerNeeded));
  const { secrets, unanswered } = await answering;
  return { result: withoutSecrets(result, secrets), unanswered };
}
