import { forEachChild, parse, type Assignment, type Command, type SyntaxNode } from "unbash";
import type { ShellState } from "../../protocol/workspace.ts";

/** Not exported, and still deciding what a word starts. */
const watched: ReadonlySet<string> = new Set(["PATH", "CDPATH", "BASH_ENV", "ENV", "GLOBIGNORE", "EXECIGNORE"]);
/** What bash itself sets anew in every shell. */
const itsOwn: ReadonlySet<string> = new Set(["_", "PWD", "OLDPWD", "SHLVL"]);
/** The only words that a shell writes down of itself, beside functions. */
const dumping: ReadonlySet<string> = new Set([":", "shopt", "declare", "alias", "umask", "set"]);

type Found = {
  readonly functions: Set<string>;
  readonly aliases: Set<string>;
  readonly hashed: Record<string, string>;
  readonly variables: Record<string, string>;
  isSure: boolean;
};

/**
 * Reads what the shell wrote down of itself, without running any of it: whoever redefined `type` or `builtin` there would
 * have the last word. A text that a shell does not write, but somebody who wants to be run by it, is not to be trusted.
 * Each text is read by itself, as the shell reads it; the first has all of its variables but those called like a secret.
 */
export function readShellState(texts: readonly string[], atStart: Readonly<Record<string, string>>): ShellState {
  const found: Found = { functions: new Set(), aliases: new Set(), hashed: {}, variables: {}, isSure: true };
  for (const text of texts) takeText(text, atStart, found);
  const [own = ""] = texts;
  if (own.trim() !== "" && !/^declare -[\w-]+ PATH=/m.test(own)) found.variables["PATH"] = "";
  return { ...found, functions: [...found.functions], aliases: [...found.aliases] };
}

function takeText(text: string, atStart: Readonly<Record<string, string>>, found: Found): void {
  const { commands, errors = [] } = parse(text);
  for (const { command, background } of commands) {
    if (command.type === "Function") found.functions.add(command.name.value);
    else if (command.type === "Command" && background !== true) takeCommand(command, atStart, found);
    else found.isSure = false;
  }
  found.isSure &&= errors.length === 0;
}

function takeCommand(command: Command, atStart: Readonly<Record<string, string>>, found: Found): void {
  const name = command.name?.text ?? "";
  if (!dumping.has(name) || command.prefix.length > 0 || command.redirects.length > 0 || moves(command)) {
    found.isSure = false;
    return;
  }
  const flags = command.args
    .flatMap((arg) => (arg.type === "Word" && arg.text.startsWith("-") ? [arg.text] : []))
    .join("");
  for (const arg of command.args) {
    if (name === "alias") takeAlias(arg.text, found);
    if (name === "declare" && arg.type === "Assignment") takeVariable(arg, { flags, atStart }, found);
  }
}

function takeAlias(text: string, { aliases }: Found): void {
  const name = /^([^=]+)=/s.exec(text)?.[1];
  if (name !== undefined) aliases.add(name.replaceAll(/["'\\]/g, ""));
}

type Declared = { readonly flags: string; readonly atStart: Readonly<Record<string, string>> };

function takeVariable(assignment: Assignment, { flags, atStart }: Declared, found: Found): void {
  const { name, value } = assignment;
  if (/[in]/.test(flags) && /[$`]/.test(assignment.text)) found.isSure = false; // bash calculates those, and runs what is in them
  if (value.type === "ArrayValue") {
    const entries = value.elements.map(({ text }) => /^\[(.+?)\]=(.*)$/s.exec(text) ?? []);
    for (const [, key = "", place = ""] of entries) {
      if (name === "BASH_CMDS") found.hashed[plain(key)] = plain(place);
      if (name === "BASH_ALIASES") found.aliases.add(plain(key));
    }
    return;
  }
  if (!flags.includes("x") && !watched.has(name)) return;
  if (!itsOwn.has(name) && value.value !== (atStart[name] ?? "")) found.variables[name] = value.value;
}

function plain(text: string): string {
  return text.replace(/^"(.*)"$/s, "$1").replaceAll(/\\(.)/gs, "$1");
}

/** Whether the shell would run something to find out what the words become. */
function moves(node: SyntaxNode): boolean {
  let isMoving = false;
  forEachChild(node, (child) => {
    isMoving ||= moving.has(child.type) || moves(child);
  });
  return isMoving;
}

const moving: ReadonlySet<string> = new Set([
  "CommandExpansion",
  "ProcessSubstitution",
  "ArithmeticExpansion",
  "ArithmeticCommandExpansion",
  "SimpleExpansion",
  "ParameterExpansion",
]);
