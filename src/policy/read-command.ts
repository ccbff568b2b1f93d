import type { ToolIntent } from "../protocol/tool.ts";
import type { CommandReading } from "./command-reading.ts";
import { splitCommand } from "./shell-words.ts";

/** In a shell without functions these are what they are. */
const builtins: ReadonlySet<string> = new Set(["cd", "echo", "false", "printf", "pwd", "test", "true", "type"]);

/** The grammar of the shell is loaded only for what is more than a surely reading line. */
export async function readCommand({ command, effect }: ToolIntent): Promise<CommandReading | undefined> {
  if (command === undefined) return undefined;
  const plain = effect === "read" ? splitCommand(command.text) : undefined;
  if (plain === undefined) return (await import("./through-grammar.ts")).throughGrammar(command.text);
  const exact = plain.map(({ words }) => words.map(({ text }) => text));
  const programs = [...new Set(exact.flatMap(([first = ""]) => (builtins.has(first) ? [] : [first])))];
  return {
    target: { text: command.text, exact, possible: exact },
    needs: { programs, files: [], scripts: [], named: [], adrift: [] },
    floor: undefined,
    doubts: [],
    network: undefined,
  };
}
