import { spawn } from "node:child_process";
import { lstat, mkdir } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Channel, Transport } from "../session/transport.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { memoryFolder } from "./memory-folder.ts";
import type { Sandbox } from "./sandbox.ts";
import { sessionFiles } from "./session-files.ts";

export type LocalTransportOptions = {
  readonly bash: string;
  readonly env: Readonly<Record<string, string>>;
  readonly sandbox: Sandbox | undefined;
  /** Where the session keeps its jobs: inside the sandbox the one folder of Hermes that commands write. */
  readonly folder: string;
};

/** Bash as a child of this process, in a session of its own, so that it has no terminal and hears no signal of ours. */
export function createLocalTransport({ bash, env, sandbox, folder }: LocalTransportOptions): Transport {
  const start = async (...args: readonly string[]) => {
    const line = { file: bash, args: ["--noprofile", "--norc", ...args] };
    const { file, args: all } = sandbox === undefined ? line : await sandbox.around(line, await keptFolders(folder));
    return spawn(file, all, { cwd: "/", env: { ...env }, detached: true, stdio: ["pipe", "pipe", "ignore"] });
  };
  return {
    backend: "local",
    async run(script, stdin) {
      const child = await start("-c", script);
      const ended = new Promise<number>((resolve, reject) => {
        child.once("error", (cause) => reject(cannotStart(bash, cause)));
        child.once("close", (code) => resolve(code ?? -1));
      });
      child.stdin.on("error", () => child.stdin.destroy()); // a script may end without reading its input
      child.stdin.end(stdin ?? "");
      const chunks: Uint8Array[] = [];
      child.stdout.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      const exitCode = await ended;
      return { stdout: Buffer.concat(chunks), exitCode };
    },
    async open() {
      const child = await start();
      await new Promise<void>((resolve, reject) => {
        child.once("spawn", resolve);
        child.once("error", (cause) => reject(cannotStart(bash, cause)));
      });
      child.unref(); // only a call that waits keeps this process alive
      child.stdin.on("error", () => child.stdout.destroy());
      return {
        write: (text) => void child.stdin.write(text),
        output: heard(child.stdout, () => sandbox?.doubt()),
        close: () => {
          child.stdin.destroy();
          child.stdout.destroy();
        },
      } satisfies Channel;
    },
    files: sessionFiles(folder),
  };
}

/** Tells when it ended without a word: then the shell in it never began. */
async function* heard(stdout: Readable, onSilence: () => void): AsyncGenerator<Uint8Array> {
  let isSilent = true;
  for await (const chunk of stdout) {
    isSilent = false;
    yield chunk;
  }
  if (isSilent) onSilence();
}

/** Made here, since inside nothing can be made beside them. */
async function keptFolders(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return [folder, ...(await memoryOf(folder))];
}

/** Nothing where there is no such place, or another user was there first. */
async function memoryOf(folder: string): Promise<readonly string[]> {
  try {
    await mkdir(memoryFolder(folder), { recursive: true, mode: 0o700 });
    const { uid } = await lstat(memoryFolder());
    return uid === process.geteuid?.() ? [memoryFolder(folder)] : [];
  } catch {
    return []; // then such variables live as long as one command
  }
}

function cannotStart(bash: string, cause: unknown): AgentError {
  return new AgentError("workspace-unavailable", `The shell ${bash} cannot be started; install bash.`, { cause });
}
