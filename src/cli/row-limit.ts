import { AgentError } from "../protocol/agent-error.ts";
import type { CommandLine } from "./command-line.ts";

/** `--limit`, or `usual` without it. Throws `bad-usage` for anything but a whole number from 1. */
export function rowLimit(line: CommandLine, usual: number): number {
  if (line.limit === undefined) return usual;
  const limit = Number(line.limit);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new AgentError("bad-usage", `--limit ${line.limit} must be a whole number from 1.`);
}
