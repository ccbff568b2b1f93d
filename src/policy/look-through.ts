import type { Script, ScriptCommand } from "./read-script.ts";

/** Words of a command that may come to run, quotes taken off, expansions left as written. */
export type PossibleCommand = readonly string[];

/** Programs that start another program, which is named among their words. */
const starters: ReadonlySet<string> = new Set(
  (
    "sudo doas env nohup time nice exec command builtin xargs busybox toybox timeout ionice stdbuf setsid chroot unshare nsenter " +
    "flock strace ltrace parallel chrt taskset numactl systemd-run torify proxychains caffeinate faketime fakeroot rlwrap gtimeout"
  ).split(" "),
);
/** Programs whose words can be shell text. */
const shellReaders: ReadonlySet<string> = new Set(
  "sh bash zsh dash ksh ash fish eval su ssh env watch script trap parallel xargs sudo flock mosh docker podman".split(
    " ",
  ),
);
const shells: ReadonlySet<string> = new Set(["sh", "bash", "zsh", "dash", "ksh", "ash"]);
const maxDepth = 4;
const maxCommands = 400;

/**
 * Every command that could come to run, also through `sudo`, `env -S`, `xargs`, `find -exec`, `sh -c`, `eval`, `ssh`, or
 * a pipe into a shell. For what forbids: it finds too much rather than too little.
 */
export function possibleCommands(script: Script, read: (text: string) => Script): readonly PossibleCommand[] {
  const found: PossibleCommand[] = [];
  collect(script, { read, found, depth: 0 });
  return found;
}

type Search = { readonly read: (text: string) => Script; readonly found: PossibleCommand[]; readonly depth: number };

function collect(script: Script, search: Search): void {
  if (search.depth > maxDepth || search.found.length > maxCommands) return;
  const all = script.commands.flatMap((command) => started(command));
  search.found.push(...all);
  const texts = new Set(all.flatMap((words) => shellTexts(words)));
  if (all.some((words) => readsInput(words))) {
    for (const text of [...script.inputs, ...script.commands.flatMap(printed)]) texts.add(text);
  }
  for (const text of texts) collect(search.read(text), { ...search, depth: search.depth + 1 });
}

/** The command itself, and everything behind a program that starts others. */
function started({ words }: ScriptCommand): readonly PossibleCommand[] {
  const texts = words.map(({ loose }) => loose);
  const [first = "", ...rest] = texts;
  if (texts.length === 0) return [];
  const name = nameOf(first);
  if (starters.has(name)) return texts.map((_, at) => texts.slice(at)).filter(([word = "-"]) => !word.startsWith("-"));
  if (name !== "find") return [texts];
  const inner = rest.flatMap((word, at) => (/^-(exec|execdir|ok|okdir)$/.test(word) ? [rest.slice(at + 1)] : []));
  return [texts, ...inner.flatMap((part) => part.map((_, at) => part.slice(at)).slice(0, 3))];
}

function shellTexts(words: PossibleCommand): readonly string[] {
  const [first = "", ...rest] = words;
  const name = nameOf(first);
  const ofGit = name === "git" ? rest.flatMap((word) => /=!(.*)$/s.exec(word)?.[1] ?? []) : [];
  if (!shellReaders.has(name)) return ofGit;
  const split = rest.flatMap((word) => /^(?:-S|--split-string=?)(.+)$/s.exec(word)?.[1] ?? []);
  const joined = [rest.join(" "), rest.slice(1).join(" ")];
  return [...rest, ...split, ...joined].filter((text) => text.trim() !== "" && !text.startsWith("-"));
}

/** A shell without a script takes what comes in. */
function readsInput([first = "", ...rest]: PossibleCommand): boolean {
  return shells.has(nameOf(first)) && rest.every((word) => word.startsWith("-") && word !== "-c");
}

function printed({ words }: ScriptCommand): readonly string[] {
  const [first, ...rest] = words.map(({ loose }) => loose);
  return first === "echo" || first === "printf" ? [...rest, rest.join(" ")] : [];
}

export function nameOf(word: string): string {
  return word.replace(/^.*\//s, "");
}
