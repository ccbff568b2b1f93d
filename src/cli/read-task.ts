import { readFileSync } from "node:fs";
import { AgentError } from "../protocol/agent-error.ts";
import { standardInput } from "./standard-input.ts";

/** The task as it was given, or all of standard input for `-`. Throws `bad-usage` when there is none or it is no text. */
export async function readTask(prompt: string): Promise<string> {
  if (prompt === "-") return checked(decoded(await standardInput("The task"), "standard input"));
  if (prompt.includes("\uFFFD")) decoded(ownArguments(), "the task");
  return checked(prompt);
}

function checked(task: string): string {
  if (task.trim() === "")
    throw new AgentError("bad-usage", 'The task is empty: write it after -p, as in hermes -p "list the files".');
  return task;
}

function decoded(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new AgentError(
      "bad-usage",
      `What came as ${what} is not valid UTF-8: convert it first, for example with iconv -t UTF-8.`,
      { cause: error },
    );
  }
}

/** Node has replaced what is not UTF-8 in its arguments; Linux still has the bytes. */
function ownArguments(): Uint8Array {
  try {
    return readFileSync("/proc/self/cmdline");
  } catch {
    return new Uint8Array(); // elsewhere the replacement character is taken as meant
  }
}
