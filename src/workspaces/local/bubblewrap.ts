import { accessSync, constants, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { runSubprocess } from "../../lib/subprocess.ts";

export type CommandLine = { readonly file: string; readonly args: readonly string[] };

export type Enclosure = {
  /** Absolute folders that are empty and cannot be written inside, under every name; those that are missing are passed over. */
  readonly hidden: readonly string[];
  /** Existing folders that are there inside as they are, also in a hidden one. The first is not renamed for another. */
  readonly kept: readonly string[];
};

/** What the system's packages bring. Not `PATH`: a command could put a program of that name there. */
export const usualPrograms: readonly string[] = [
  "/usr/bin/bwrap",
  "/usr/local/bin/bwrap",
  "/bin/bwrap",
  "/run/current-system/sw/bin/bwrap",
];

/** With one of these, root could undo the enclosure, or read the memory and environment of processes outside of it. */
const droppedCapabilities = [
  "CAP_SYS_ADMIN",
  "CAP_SYS_PTRACE",
  "CAP_PERFMON",
  "CAP_DAC_READ_SEARCH",
  "CAP_SYS_MODULE",
  "CAP_SYS_RAWIO",
  "CAP_BPF",
];

/** ssh refuses what is included from here when root, who owns it, has no number inside; without it, ssh works. */
const sshIncludes = "/etc/ssh/ssh_config.d";
const probeMs = 10_000;

/**
 * `line` inside: the whole machine as it is, but for what is hidden. The process table and the network are shared, so
 * that a job can be found and ended from outside of its enclosure, and nothing ends with the program that started it.
 */
export function enclosed(program: string, line: CommandLine, { hidden, kept }: Enclosure): CommandLine {
  const folders = hidden.flatMap(realFolder);
  const args = ["--dev-bind", "/", "/"];
  for (const folder of new Set(folders.flatMap(movableParents))) args.push("--dev-bind", folder, folder);
  for (const folder of folders) args.push("--tmpfs", folder);
  for (const folder of kept) args.push("--bind", folder, folder);
  for (const folder of folders) args.push("--remount-ro", folder);
  if (process.getuid?.() === 0) args.push(...droppedCapabilities.flatMap((name) => ["--cap-drop", name]));
  else if (hasEntries(sshIncludes)) args.push("--tmpfs", sshIncludes, "--remount-ro", sshIncludes);
  return { file: program, args: [...args, "--", line.file, ...line.args] };
}

/** Starts an enclosure and tries from inside what it must prevent. Resolves with what went wrong, `undefined` if nothing. */
export async function probeEnclosure(program: string, enclosure: Enclosure): Promise<string | undefined> {
  const folders = enclosure.hidden.flatMap(realFolder);
  const attack = { file: "/bin/sh", args: ["-c", attempts, "sh", String(process.pid), ...folders] };
  const { file, args } = enclosed(program, attack, enclosure);
  const { status, exitCode, output } = await runSubprocess({
    file: "/bin/sh",
    args: ["-c", 'exec "$0" "$@" 2>&1', file, ...args],
    cwd: "/",
    env: {},
    timeoutMs: probeMs,
    maxOutputBytes: 2_000,
    signal: new AbortController().signal,
  });
  if (status === "finished" && exitCode === 0) return undefined;
  const said = Buffer.from(output).toString().trim().split("\n").at(-1) ?? "";
  return said === "" ? `it ended with exit code ${exitCode}` : said;
}

const attempts = `
if [ -e /proc/self/environ ] && ( : </proc/$1/environ ) 2>/dev/null; then echo "the environment of Hermes can be read inside"; exit 1; fi
shift
for folder; do
  if ( : >"$folder/.probe" ) 2>/dev/null; then rm -f "$folder/.probe"; echo "$folder can be written inside"; exit 1; fi
done`;

/** Changes when the program, the kernel or the user is another one. */
export function enclosureIdentity(program: string, release: string): string {
  const { mtimeMs, size } = statSync(program);
  return [program, mtimeMs, size, release, process.getuid?.()].join(" ");
}

function realFolder(folder: string): readonly string[] {
  try {
    const real = realpathSync(folder);
    return statSync(real).isDirectory() ? [real] : [];
  } catch {
    return []; // what is not there needs no cover, and covering it would make it
  }
}

/** Those that could be renamed, and with them the place of what is hidden. Nobody can rename what is mounted. */
function movableParents(folder: string): readonly string[] {
  const parent = dirname(folder);
  if (parent === "/") return [];
  return [...movableParents(parent), ...(isWritable(dirname(parent)) ? [parent] : [])];
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false; // then nothing in it can be renamed
  }
}

function hasEntries(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false; // nothing is included where there is no such folder
  }
}
