import { existsSync } from "node:fs";
import { openAgent, type OpenAgent } from "../../app/open-agent.ts";
import type { AgentEvent } from "../../protocol/agent-event.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { ownerId } from "../../protocol/person.ts";
import type { RunOutcome } from "../../protocol/run.ts";
import type { Session } from "../../protocol/session.ts";
import { isSlashCommand } from "../../runtime/commands/command-table.ts";
import type { CommandLine } from "../command-line.ts";
import { appOptions } from "../app-options.ts";
import { exitCodes } from "../exit-codes.ts";
import { progressLine } from "../progress-line.ts";
import { readTask } from "../read-task.ts";
import { spareCompiler } from "../spare-compiler.ts";
import { writeError, writeOut } from "../write-line.ts";

/** `hermes -p`: one task, the answer alone on standard output, everything else on standard error. */
export async function runPrompt(line: CommandLine, prompt: string): Promise<number> {
  const text = await readTask(prompt);
  await using agent = await openAgent(appOptions(line));
  for (const warning of agent.warnings) await writeError(`hermes: ${warning}\n`);
  if (text.startsWith("/")) {
    const exitCode = await runSlashCommand(line, text, agent);
    if (exitCode !== undefined) return exitCode;
  }
  const session = await chooseSession(line, agent);
  const grants = { surface: "one-shot", yes: line.yes, allow: line.allow } as const;
  const outcome = await follow({ agent, session, json: line.json, submission: { text, grants, key: agent.newId() } });
  if (!line.json && outcome.text !== "")
    await writeOut(outcome.text.endsWith("\n") ? outcome.text : `${outcome.text}\n`);
  if (outcome.problem !== undefined) await writeError(`hermes: ${outcome.problem}\n`);
  return exitCodeOf(outcome);
}

/** `undefined` when it is a task after all. */
async function runSlashCommand(line: CommandLine, text: string, agent: OpenAgent): Promise<number | undefined> {
  const isPath = (word: string): boolean => existsSync(word);
  if (!isSlashCommand(text, isPath)) return undefined;
  if (line.resume === undefined && !line.isContinuing) {
    throw new AgentError("bad-usage", `Which session? hermes -c -p "${text}" takes the newest, -r ID any other.`);
  }
  const session = await chooseSession(line, agent);
  const reply = await agent.runtime.command(session.id, text, isPath);
  if (reply === undefined) return undefined;
  if (line.json) await writeOut(`${JSON.stringify(reply)}\n`);
  else if (reply.isError) await writeError(`hermes: ${reply.text}\n`);
  else await writeOut(`${reply.text}\n`);
  return reply.isError ? exitCodes.failed : exitCodes.done;
}

async function chooseSession(line: CommandLine, { runtime, cwd }: OpenAgent): Promise<Session> {
  if (line.resume === undefined && !line.isContinuing) {
    return runtime.open({ personId: ownerId, surface: "command-line", root: cwd });
  }
  const session = line.resume === undefined ? await runtime.newest() : await runtime.resume(line.resume);
  if (session === undefined) {
    throw new AgentError("not-found", "There is no session to continue yet: leave out -c to begin one.");
  }
  if (session.root !== cwd) await writeError(`hermes: this session works in ${session.root}, not in ${cwd}.\n`);
  return session;
}

type Following = {
  readonly agent: OpenAgent;
  readonly session: Session;
  readonly json: boolean;
  readonly submission: Parameters<OpenAgent["runtime"]["submit"]>[1];
};

/** A closed terminal too: what the run started would go on without anybody. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Submits, shows what happens, and returns how the run ended; Ctrl-C stops it, a second one leaves at once. */
async function follow({ agent, session, json, submission }: Following): Promise<RunOutcome> {
  const { runtime } = agent;
  const listening = new AbortController();
  const events = runtime.events(session.id, listening.signal);
  const shown = show(events, json);
  shown.catch(() => undefined); // when submitting fails, that is the problem to tell
  const interrupt = (): void => {
    process.once("SIGINT", () => process.exit(exitCodes.interrupted));
    void leaveUnlessStopped(runtime.stop(session.id));
  };
  for (const signal of endings) process.once(signal, interrupt);
  try {
    await runtime.submit(session.id, submission);
    return await shown;
  } finally {
    listening.abort();
  }
}

async function leaveUnlessStopped(stopping: Promise<boolean>): Promise<void> {
  if (!(await stopping)) process.exit(exitCodes.interrupted);
}

async function show(events: AsyncIterable<AgentEvent>, json: boolean): Promise<RunOutcome> {
  let hasAnswer = false;
  for await (const event of events) {
    if (event.type === "message" && !hasAnswer) spareCompiler();
    hasAnswer ||= event.type === "message";
    if (json) await writeOut(`${JSON.stringify(event)}\n`);
    else await showProgress(event);
    if (event.type === "run-end") return event.outcome;
  }
  throw new AgentError("stopped", "The run was stopped before it began.");
}

async function showProgress(event: AgentEvent): Promise<void> {
  const text = progressLine(event);
  if (text !== undefined) await writeError(`${text}\n`);
}

function exitCodeOf(outcome: RunOutcome): number {
  switch (outcome.state) {
    case "done":
      return outcome.refusedCalls > 0 ? exitCodes.refused : exitCodes.done;
    case "failed":
      return exitCodes.failed;
    case "stopped":
      return exitCodes.interrupted;
  }
}
