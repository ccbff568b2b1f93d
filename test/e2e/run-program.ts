import { spawn } from "node:child_process";

export interface ProgramResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd: string;
  /** The whole environment: nothing is inherited, so that a test says all that matters. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a program to its end with an empty stdin. Rejects when it cannot be started. */
export function runProgram(command: readonly [string, ...string[]], options: ProgramOptions): Promise<ProgramResult> {
  const [program, ...parameters] = command;
  const child = spawn(program, parameters, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const stdout: string[] = [];
  const stderr: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (exitCode) => done({ exitCode, stdout: stdout.join(""), stderr: stderr.join("") }));
  });
}
