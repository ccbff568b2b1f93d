import { AgentError } from "../protocol/agent-error.ts";
import { readCommandLine, type CommandLine } from "./command-line.ts";
import { commandNamed, commandNames } from "./commands/catalogue.ts";
import { exitCodes } from "./exit-codes.ts";
import { nearestNames } from "../lib/edit-distance.ts";
import { writeError, writeOut } from "./write-line.ts";

/** Runs one command line; returns the exit code. Problems are one sentence on standard error. */
export async function run(argv: readonly string[], version: string): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", toldByTheWriter);
  try {
    return await dispatch(readCommandLine(argv), version);
  } catch (error) {
    await writeError(`hermes: ${sentenceOf(error)}\n`);
    const isUsage = error instanceof AgentError && (error.code === "bad-usage" || error.code === "bad-settings");
    return isUsage ? exitCodes.usage : exitCodes.failed;
  }
}

async function dispatch(line: CommandLine, version: string): Promise<number> {
  if (line.version) {
    await writeOut(`hermes ${version}\n`);
    return exitCodes.done;
  }
  const [name, ...words] = line.words;
  if (line.help || name === "help") return (await import("./commands/help.ts")).showHelp();
  if (line.prompt !== undefined) {
    if (name !== undefined) {
      throw new AgentError(
        "bad-usage",
        `The task must be one argument, but ${JSON.stringify(name)} follows it: put quotes around it.`,
      );
    }
    return (await import("./commands/prompt.ts")).runPrompt(line, line.prompt);
  }
  if (name === undefined) {
    throw new AgentError(
      "bad-usage",
      'There is no chat in this version yet: give a task with hermes -p "TASK", or see hermes --help.',
    );
  }
  const command = commandNamed(name);
  if (command === undefined) {
    const similar = nearestNames(name, commandNames(), 1)[0];
    const hint = similar === undefined ? `for a task, hermes -p "${name} …"` : `did you mean hermes ${similar}?`;
    throw new AgentError("bad-usage", `There is no command ${name}; ${hint} See hermes --help.`);
  }
  const runCommand = await command.load();
  return runCommand({ ...line, words });
}

function sentenceOf(error: unknown): string {
  if (error instanceof AgentError) return error.message;
  return `a defect of Hermes: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Each write has its own answer, in `write-line.ts`; without a listener the process would end here. */
function toldByTheWriter(): void {
  // nothing to do
}
