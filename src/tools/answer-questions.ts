import { systemClock } from "../lib/system-clock.ts";
import type { ToolContext } from "../protocol/tool.ts";
import type { BackgroundJob, CommandResult } from "../protocol/workspace.ts";
import type { Asker } from "./asker.ts";
import { promptIn, type Prompt } from "./prompt-in.ts";
import { readableOutput } from "./readable-output.ts";

const lookEveryMs = 250;
/** A program that has printed a question and then nothing for so many looks waits for the answer. */
const quietLooks = 3;
const tailBytes = 2_000;

export type Answering = {
  readonly asker: Asker | undefined;
  readonly context: Pick<ToolContext, "workspace" | "progress">;
  /** Aborts when the command has ended. */
  readonly signal: AbortSignal;
};

/** What was typed in secret, so that no output shows it; and the question that nobody could answer. */
export type Answered = { readonly secrets: readonly string[]; readonly unanswered: Prompt | undefined };

/** Looks after a command on its terminal: what it asks goes to the person; when nobody can answer, the command is ended. */
export async function answerQuestions(jobId: string, answering: Answering): Promise<Answered> {
  const { context, signal } = answering;
  const secrets: string[] = [];
  let seen = { size: -1, looks: 0 };
  while (!signal.aborted) {
    await systemClock.sleep(lookEveryMs, signal).catch(() => undefined); // woken early means that it has ended
    const job = signal.aborted ? undefined : await context.workspace.job(jobId);
    if (job === undefined) continue;
    const { size } = await job.read(0, 0);
    seen = { size, looks: size === seen.size ? seen.looks + 1 : 0 };
    const prompt = seen.looks === quietLooks ? await waitedOn(job, size) : undefined;
    if (prompt === undefined || signal.aborted) continue;
    const answer = await answerTo(prompt, answering);
    if (signal.aborted) continue;
    if (answer === undefined) {
      await job.kill("asked");
      return { secrets, unanswered: prompt };
    }
    if (prompt.isSecret) secrets.push(answer);
    await job.write(Buffer.from(`${answer}\n`));
    context.progress("answered");
  }
  return { secrets, unanswered: undefined };
}

/** The person's answer; it is in no event. `undefined` when none came. */
export async function answerTo(
  { text, isSecret }: Prompt,
  { asker, context, signal }: Answering,
): Promise<string | undefined> {
  context.progress(`it asks: ${text}`);
  const outcome = await asker?.ask([{ question: text, choices: [], isMultiSelect: false, isSecret }], signal);
  return outcome?.status === "answered" ? outcome.answers[0] : undefined;
}

/** A program that echoes a secret must not tell it to the model. */
export function withoutSecrets(result: CommandResult, secrets: readonly string[]): CommandResult {
  let text = Buffer.from(result.output).toString("latin1");
  for (const secret of secrets.filter((each) => each !== "")) {
    text = text.replaceAll(Buffer.from(secret).toString("latin1"), "[hidden]");
  }
  return { ...result, output: Buffer.from(text, "latin1") };
}

/** A question stands where the cursor is: at the end of a line that was not ended. */
async function waitedOn(job: BackgroundJob, size: number): Promise<Prompt | undefined> {
  const text = readableOutput((await job.read(Math.max(0, size - tailBytes), tailBytes)).bytes);
  return text.endsWith("\n") ? undefined : promptIn(text);
}
