import { readEnvironment } from "../app/config/environment.ts";
import type { AppOptions } from "../app/app-options.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { CommandLine } from "./command-line.ts";

/** What the command line and the environment say to the application. */
export function appOptions(line: CommandLine): AppOptions {
  const flags = line.model === undefined ? line.set : [...line.set, `model.main=${line.model}`];
  return {
    environment: readEnvironment(),
    flags,
    allow: line.allow,
    cwd: workingFolder(),
    isEphemeral: line.isEphemeral,
    askPassphrase: async (question) => {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
      const { readHidden } = await import("./read-hidden.ts");
      return readHidden(question);
    },
    notice: (text) => process.stderr.write(`hermes: ${text}\n`),
  };
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new AgentError("bad-usage", "The folder you are in was deleted: cd to another one.", { cause: error });
  }
}
