import { spawn } from "node:child_process";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Channel, DirectFiles, Transport } from "../session/transport.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { isMissing } from "./file-problem.ts";

export type LocalTransportOptions = {
  readonly bash: string;
  readonly env: Readonly<Record<string, string>>;
};

/** Bash as a child of this process, in a session of its own, so that no signal of our terminal reaches it. */
export function createLocalTransport({ bash, env }: LocalTransportOptions): Transport {
  const shell = () =>
    spawn(bash, ["--noprofile", "--norc"], {
      cwd: "/",
      env: { ...env },
      detached: true,
      stdio: ["pipe", "pipe", "ignore"],
    });
  return {
    backend: "local",
    async run(script, stdin) {
      const child = spawn(bash, ["--noprofile", "--norc", "-c", script], {
        cwd: "/",
        env: { ...env },
        detached: true,
        stdio: ["pipe", "pipe", "ignore"],
      });
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
      const child = shell();
      await new Promise<void>((resolve, reject) => {
        child.once("spawn", resolve);
        child.once("error", (cause) => reject(cannotStart(bash, cause)));
      });
      child.unref(); // only a call that waits keeps this process alive
      child.stdin.on("error", () => child.stdout.destroy());
      return {
        write: (text) => void child.stdin.write(text),
        output: child.stdout,
        close: () => {
          child.stdin.destroy();
          child.stdout.destroy();
        },
      } satisfies Channel;
    },
    files: directFiles,
  };
}

const directFiles: DirectFiles = {
  async size(path) {
    try {
      return (await stat(path)).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  async read(path, offset, length) {
    try {
      await using file = await open(path, "r");
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  async names(path, suffix) {
    const times = new Map<string, number>();
    try {
      for (const name of await readdir(path)) {
        if (name.endsWith(suffix)) times.set(name, (await stat(join(path, name))).mtimeMs);
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return [...times.keys()].toSorted((left, right) => (times.get(left) ?? 0) - (times.get(right) ?? 0));
  },
};

function cannotStart(bash: string, cause: unknown): AgentError {
  return new AgentError("workspace-unavailable", `The shell ${bash} cannot be started; install bash.`, { cause });
}
