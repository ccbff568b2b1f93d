import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stubs } from "./command-lines.ts";

/** What the kernel was asked to run for one line: the words of every program that began, in the order of beginning. */
export type Executed = { readonly line: string; readonly argvs: readonly (readonly string[])[] };

const shell = "/bin/bash";

/**
 * Runs every line in a bash of its own, in an empty folder where only programs that do nothing can be found, and reads
 * from strace what each of them was given.
 */
export async function execute(lines: readonly string[]): Promise<readonly Executed[]> {
  const folder = mkdtempSync(join(tmpdir(), "hermes-executed-"));
  try {
    const bin = join(folder, "bin");
    const work = join(folder, "work");
    for (const each of [bin, work]) mkdirSync(each);
    for (const name of stubs) symlinkSync(name === "fails" ? "/bin/false" : "/bin/true", join(bin, name));
    for (const name of ["timeout", "nice", "nohup"]) symlinkSync(`/usr/bin/${name}`, join(bin, name));
    // where it is no word of the shell, `time` is a program, and not every machine has it
    writeFileSync(join(bin, "time"), '#!/bin/bash\n[ "$1" != -p ] || shift\nexec "$@"\n', { mode: 0o755 });
    const trace = join(folder, "trace");
    writeFileSync(join(folder, "lines"), lines.map((line) => `${line}\0`).join(""));
    await run(
      [
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-xx",
        "-s",
        "65536",
        "-e",
        "trace=execve",
        "-e",
        "signal=none",
        "-o",
        trace,
        "/usr/bin/xargs",
        "-0",
        "-n1",
        "-a",
        join(folder, "lines"),
        shell,
        "--noprofile",
        "--norc",
        "-c",
      ],
      { bin, work },
    );
    return readTrace(readFileSync(trace, "latin1"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], { bin, work }: { readonly bin: string; readonly work: string }): Promise<void> {
  const child = spawn("strace", ["-E", `PATH=${bin}`, ...args], {
    cwd: work,
    env: { PATH: process.env["PATH"], HOME: work, LC_ALL: "C.UTF-8" },
    stdio: "ignore",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
}

function readTrace(trace: string): readonly Executed[] {
  const found: { line: string; argvs: (readonly string[])[] }[] = [];
  for (const text of completed(trace.split("\n"))) {
    const words = /execve\("[^"]*", \[(.*)\], [^\]]*\) += 0$/.exec(text)?.[1];
    if (words === undefined) continue;
    const argv = [...words.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = ""]) => decoded(hex));
    if (argv[0] === shell && argv[3] === "-c") found.push({ line: argv[4] ?? "", argvs: [] });
    else found.at(-1)?.argvs.push(argv);
  }
  return found;
}

/** A call that was interrupted by another process stands in two pieces. */
function completed(rows: readonly string[]): readonly string[] {
  const begun = new Map<string, string>();
  return rows.flatMap((row) => {
    const [, pid = "", rest = ""] = /^(\d+) +(.*)$/.exec(row) ?? [];
    const start = /^(execve\(.*) <unfinished \.\.\.>$/.exec(rest)?.[1];
    if (start !== undefined) begun.set(pid, start);
    const end = /^<\.\.\. execve resumed>(.*)$/.exec(rest)?.[1];
    if (end !== undefined) return [(begun.get(pid) ?? "") + end];
    return start === undefined ? [rest] : [];
  });
}

function decoded(hex: string): string {
  return Buffer.from(hex.replaceAll(String.raw`\x`, ""), "hex").toString();
}
