/** What the floor protects beside the disk: absolute paths. */
export type Protected = {
  /** The home folder of the user. */
  readonly userHome: string;
  /** Where Hermes keeps its policy, keys and memory: every name of it, with and without links. */
  readonly hermesHomes: readonly string[];
};

const wrappers: ReadonlySet<string> = new Set([
  "sudo",
  "doas",
  "env",
  "nohup",
  "time",
  "nice",
  "exec",
  "command",
  "builtin",
  "xargs",
  "busybox",
]);
const shells: ReadonlySet<string> = new Set(["sh", "bash", "zsh", "dash", "ksh", "eval", "su"]);
const systemFolder =
  /^\/(bin|boot|dev|etc|home|lib|lib32|lib64|opt|proc|root|sbin|srv|sys|usr|var|Users|System|Library)?(\/\*?|\*)?$/;
const diskDevice = /^\/dev\/(sd|hd|vd|xvd|nvme|mmcblk|disk|rdisk|mapper\/|dm-|md)/;
const maxDepth = 4;

/**
 * The sentence that says why a command must never run, or `undefined`. A net under a mistake, not a wall against an
 * attacker: it reads the text of a command, and a program can always hide what it does.
 */
export function floorOf(command: string, kept: Protected): string | undefined {
  if (/([^\s(]+)\s*\(\)\s*\{[^}]*?[\s{;]?\1\s*\|\s*\1\s*&/.test(command))
    return "It starts copies of itself without end.";
  if (/>\s*["']?\/dev\/(sd|hd|vd|xvd|nvme|mmcblk|disk)/.test(command)) return "It overwrites a disk.";
  if (namesHome(command, kept)) {
    return "It names the Hermes home, where policy and keys are; read it with read_file, change it with hermes commands.";
  }
  return problemIn(command, kept, 0);
}

/** Whether a path, resolved, lies in the Hermes home. */
export function isInHermesHome(path: string, kept: Protected): boolean {
  return kept.hermesHomes.some((home) => path === home || path.startsWith(`${home}/`));
}

function namesHome(command: string, { hermesHomes, userHome }: Protected): boolean {
  const text = command
    .replaceAll(/["'\\]/g, "")
    .replaceAll(/~(?=\/)|\$\{?HOME\}?/g, userHome)
    .replaceAll(/\/(\.?\/)+/g, "/");
  return /\bHERMES_HOME\b/.test(text) || hermesHomes.some((home) => named(home).test(text));
}

function named(folder: string): RegExp {
  return new RegExp(`${folder.replaceAll(/[\\^$.|?+()[\]{}*]/g, String.raw`\$&`)}(?![\\w.-])`);
}

function problemIn(command: string, kept: Protected, depth: number): string | undefined {
  if (depth > maxDepth) return undefined;
  for (const part of roughParts(command)) {
    const words = unwrapped(part);
    const problem = problemOf(words, kept) ?? innerProblem(scriptsIn(words), kept, depth);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What a shell is told to run: any of its words may be the script, and `eval` takes them all together. */
function scriptsIn(words: readonly string[]): readonly string[] {
  return shells.has(nameOf(words)) ? [...words.slice(1), words.slice(1).join(" ")] : [];
}

function innerProblem(scripts: readonly string[], kept: Protected, depth: number): string | undefined {
  for (const script of scripts) {
    const problem = problemIn(script, kept, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOf(words: readonly string[], kept: Protected): string | undefined {
  const name = nameOf(words);
  const operands = words.slice(1);
  if (/^(mkfs(\..+)?|wipefs|blkdiscard|mke2fs)$/.test(name))
    return "It makes a file system anew: what was on the disk is lost.";
  if (name === "dd" && operands.some((word) => word.startsWith("of=") && diskDevice.test(word.slice(3))))
    return "It overwrites a disk.";
  if (["shred", "tee", "cp"].includes(name) && operands.some((word) => diskDevice.test(word)))
    return "It overwrites a disk.";
  if (["kill", "pkill", "killall", "skill"].includes(name) && operands.some(isSupervisor))
    return "It ends Hermes itself, or everything.";
  if (
    name === "systemctl" &&
    operands.some((word) => word.startsWith("hermes")) &&
    operands.some((word) => /^(stop|kill|disable|mask)$/.test(word))
  ) {
    return "It ends Hermes itself.";
  }
  return destroysFolder(name, operands, kept) ? "It destroys the disk, the home folder or the system." : undefined;
}

function destroysFolder(name: string, operands: readonly string[], kept: Protected): boolean {
  if (name === "rm" && operands.includes("--no-preserve-root")) return true;
  return targetsOf(name, operands).some((word) => isVital(word, kept));
}

/** The folders whose whole content such a command destroys, takes away or makes unusable. */
function targetsOf(name: string, operands: readonly string[]): readonly string[] {
  if (name === "mv") return operands.slice(0, -1);
  if (name === "find")
    return operands.some((word) => word === "-delete" || word === "-exec") ? operands.slice(0, 1) : [];
  const isRecursive = operands.some((word) => /^-[a-zA-Z]*[rR]|^--recursive$/.test(word));
  return ["rm", "chmod", "chown", "chgrp"].includes(name) && isRecursive ? operands : [];
}

function isVital(word: string, { userHome }: Protected): boolean {
  const path = word.replace(/^(~|\$\{?HOME\}?)(?=\/|$)/, userHome).replaceAll(/\/(\.?\/)+/g, "/");
  return systemFolder.test(path) || path.replace(/\/(\*|\.\*|\.|\{.*)?$/, "") === userHome;
}

function isSupervisor(word: string): boolean {
  return /^(-1|1|0|\$\{?PPID\}?|\$\{?HERMES_\w*\}?|\S*\bhermes\b\S*)$/.test(word) && word !== "-0";
}

/** Every piece between operators, also inside substitutions; quotes keep their content together. */
function roughParts(command: string): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  const token =
    /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|(\|\||&&|\$\(|[;&|\n(){}`])|(\s+)|(\$\{\w+\}|[^\s"'\\;&|(){}`$]+|\$)/gs;
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) parts.at(-1)?.push(word);
    word = undefined;
  };
  for (const [, double, single, escaped, operator, space, plain] of command.matchAll(token)) {
    if (operator === undefined && space === undefined) {
      word = (word ?? "") + (double ?? single ?? escaped ?? plain ?? "");
      continue;
    }
    endWord();
    if (operator !== undefined) parts.push([]);
  }
  endWord();
  const nested = [...command.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].flatMap(([, text = ""]) =>
    /\$\(|`/.test(text) ? roughParts(text) : [],
  );
  return [...parts, ...nested].filter((part) => part.length > 0);
}

/** Without what only starts the program: `sudo -u x`, `env A=b`, reserved words. */
function unwrapped(words: readonly string[]): readonly string[] {
  let at = 0;
  let word = words[at];
  while (word !== undefined && (wrappers.has(word) || /^(\w+=.*|-.*|then|do|else|if|while|!)$/s.test(word))) {
    at += 1;
    word = words[at];
  }
  return words.slice(at);
}

function nameOf(words: readonly string[]): string {
  return (words[0] ?? "").replace(/^.*\//, "");
}
