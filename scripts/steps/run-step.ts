import { spawn } from "node:child_process";
import { delimiter, join, resolve } from "node:path";

/** The root of the repository. */
export const root = resolve(import.meta.dirname, "../..");

export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

export interface StepResult {
  readonly name: string;
  /** `1` also when the command was killed or could not be started. */
  readonly exitCode: number;
  readonly output: string;
  readonly seconds: number;
}

/** Runs one command with the clone's own programs first on the PATH. Never rejects: a failure is a result. */
export function runStep({ name, command: [program, ...parameters] }: Step): Promise<StepResult> {
  const startedAt = performance.now();
  const PATH = [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const child = spawn(program, parameters, {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  return new Promise((done) => {
    const finish = (exitCode: number): void => {
      done({ name, exitCode, output: chunks.join(""), seconds: (performance.now() - startedAt) / 1000 });
    };
    child.on("error", (error) => {
      chunks.push(`${program}: ${error.message}\n`);
      finish(1);
    });
    child.on("close", (exitCode) => finish(exitCode ?? 1));
  });
}

/** One line for a step that went well; all it said, too, for one that did not. */
export function describeStep({ name, exitCode, output, seconds }: StepResult): string {
  const line = `${exitCode === 0 ? "ok  " : "FAIL"} ${name.padEnd(8)} ${seconds.toFixed(2).padStart(6)} s`;
  return exitCode === 0 ? line : `${line}\n${output.trimEnd()}\n`;
}
