import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./copy-clone.ts";

export type Place = Disposable & {
  /** An empty folder to work in. */
  readonly folder: string;
  /** A home that does not exist yet. */
  readonly home: string;
  /** The whole environment of the program: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
};

export type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

const program = join(repository, "dist", "main.js");

/** An empty folder, a home to be, and the environment of somebody with an endpoint of their own. */
export function newPlace(variables: Readonly<Record<string, string>> = {}): Place {
  const parent = mkdtempSync(join(tmpdir(), "hermes-e2e-"));
  const folder = mkdtempSync(join(parent, "work-"));
  const home = join(parent, "home");
  const env = { PATH: process.env["PATH"] ?? "", HOME: parent, HERMES_HOME: home, ...variables };
  return { folder, home, env, [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true }) };
}

/** An environment for an OpenAI-compatible (or other) server at `baseUrl`. */
export function endpoint(baseUrl: string, api = "openai-chat"): Readonly<Record<string, string>> {
  return { HERMES_BASE_URL: baseUrl, HERMES_API_KEY: "test-key", HERMES_MODEL: "emulated", HERMES_API: api };
}

export function startHermes(
  place: Place,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    cwd: place.folder,
    env: { ...place.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Runs the built program to its end; `stdin` is what it reads there, nothing when absent. */
export function runHermes(
  place: Place,
  args: readonly string[],
  more: { readonly env?: Readonly<Record<string, string>>; readonly stdin?: string | Uint8Array } = {},
): Promise<Ended> {
  const child = startHermes(place, args, more.env);
  child.stdin?.on("error", () => undefined); // a program that reads nothing may end first
  child.stdin?.end(more.stdin ?? "");
  return ended(child);
}

export function ended(child: ChildProcess): Promise<Ended> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => stdout.push(text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (exitCode) => done({ exitCode, stdout: stdout.join(""), stderr: stderr.join("") }));
  });
}
