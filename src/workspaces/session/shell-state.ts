import type { ShellState } from "../../protocol/workspace.ts";

/** Not exported, and still deciding what a word starts. */
const watched: ReadonlySet<string> = new Set(["PATH", "CDPATH", "BASH_ENV", "ENV", "GLOBIGNORE", "EXECIGNORE"]);
/** What bash itself sets anew in every shell. */
const itsOwn: ReadonlySet<string> = new Set(["_", "PWD", "OLDPWD", "SHLVL"]);

/**
 * Reads what the shell wrote down of itself, without running any of it: whoever redefined `type` or `builtin` there would
 * have the last word. A text that only looks like a definition counts as one.
 */
export function readShellState(text: string, atStart: Readonly<Record<string, string>>): ShellState {
  const found: Found = { functions: new Set(), aliases: new Set(), hashed: {}, variables: {} };
  for (const line of text.split("\n")) {
    const named = /^(?:function )?(\S+) \(\)\s*$/.exec(line)?.[1];
    if (named !== undefined) found.functions.add(named);
    const alias = /^alias (?:-- )?([^=\s]+)=/.exec(line)?.[1];
    if (alias !== undefined) found.aliases.add(alias);
    takeVariable(line, atStart, found);
  }
  if (text !== "" && !/^declare -[\w-]+ PATH=/m.test(text)) found.variables["PATH"] = "";
  return { ...found, functions: [...found.functions], aliases: [...found.aliases] };
}

type Found = {
  readonly functions: Set<string>;
  readonly aliases: Set<string>;
  readonly hashed: Record<string, string>;
  readonly variables: Record<string, string>;
};

function takeVariable(line: string, atStart: Readonly<Record<string, string>>, found: Found): void {
  const [, flags, name = "", raw = ""] = /^declare -([\w-]+) (\w+)(?:=(.*))?$/s.exec(line) ?? [];
  if (flags === undefined) return;
  if (name === "BASH_CMDS") Object.assign(found.hashed, entriesOf(raw));
  if (name === "BASH_ALIASES") for (const each of Object.keys(entriesOf(raw))) found.aliases.add(each);
  if (!flags.includes("x") && !watched.has(name)) return;
  const value = valueOf(raw);
  if (!isAsAtStart(name, value, atStart)) found.variables[name] = value;
}

function isAsAtStart(name: string, value: string, atStart: Readonly<Record<string, string>>): boolean {
  return itsOwn.has(name) || value === (atStart[name] ?? "");
}

function entriesOf(raw: string): Readonly<Record<string, string>> {
  const found = raw.matchAll(/\[([^\]]+)\]=("(?:[^"\\]|\\.)*"|\$'(?:[^'\\]|\\.)*'|\S+)/g);
  return Object.fromEntries([...found].map(([, name = "", value = ""]) => [valueOf(name), valueOf(value)]));
}

/** `"a\$b"` is `a$b`. What is written as `$'…'` is kept as it is: it is compared, never used. */
function valueOf(raw: string): string {
  const inner = /^"(.*)"$/s.exec(raw)?.[1];
  return inner === undefined ? raw : inner.replaceAll(/\\(["\\$`])/g, "$1");
}
