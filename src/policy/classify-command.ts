import {
  readOnlyCommands,
  readOnlyGitCommands,
  versionTellers,
  writingCommands,
  type ReadOnlyCommand,
} from "./read-only-commands.ts";
import { splitCommand, type ShellWord, type SimpleCommand } from "./shell-words.ts";

/** `paths`: what a read-only command names, as written but for a `cd` before it, which is put in front. */
export type CommandClass = { readonly effect: "read" | "write" | "execute"; readonly paths: readonly string[] };

const execute: CommandClass = { effect: "execute", paths: [] };

/** Pure. `read` only when the command surely reads, `write` when it only makes or moves what it names; whatever is not understood to the last character is `execute`. */
export function classifyCommand(command: string): CommandClass {
  const commands = splitCommand(command);
  if (commands === undefined || commands.length === 0) return execute;
  const paths: string[] = [];
  const isWriting = commands.some(({ words }) => Object.hasOwn(writingCommands, words[0]?.text ?? ""));
  let folder = "";
  for (const [index, { words }] of commands.entries()) {
    const named = pathsOf(words);
    if (named === undefined) return execute;
    const inFolder = named.map((path) => joined(folder, path));
    paths.push(...inFolder);
    if (words[0]?.text === "cd") {
      const [target] = inFolder;
      if (target === undefined || named.length > 1 || goesUp(target) || !cdHolds(commands, index)) return execute;
      folder = target;
    }
  }
  return { effect: isWriting ? "write" : "read", paths };
}

/** `cd link/..` leads back to the folder of the link, while the same words as a path lead to its target's parent. */
function goesUp(path: string): boolean {
  return path.split("/").includes("..");
}

/** After `cd` only `&&` may follow, or what comes next could run in either folder. */
function cdHolds(commands: readonly SimpleCommand[], index: number): boolean {
  if (commands[index]?.before === "|") return false;
  const after = commands.slice(index + 1);
  return after[0]?.before !== "|" && after.every(({ before }) => before === "&&" || before === "|");
}

function joined(folder: string, path: string): string {
  return folder === "" || path.startsWith("/") || path === "~" || path.startsWith("~/") ? path : `${folder}/${path}`;
}

/** The paths that a read-only command names; `undefined` when it is not surely read-only. */
function pathsOf([program, ...rest]: readonly ShellWord[]): readonly string[] | undefined {
  const name = program?.text ?? "";
  if (name === "echo" || tellsVersion(name, rest)) return [];
  const [subcommand, ...afterSubcommand] = rest;
  const command =
    name === "git"
      ? own(readOnlyGitCommands, subcommand?.text ?? "")
      : (own(readOnlyCommands, name) ?? own(writingCommands, name));
  if (command === undefined) return undefined;
  const sorted = sortArguments(name === "git" ? afterSubcommand : rest, command);
  return sorted === undefined || !isHarmless(name, sorted.operands) ? undefined : pathsAmong(sorted, command);
}

function pathsAmong(
  { operands, hasPattern }: SortedArguments,
  command: ReadOnlyCommand,
): readonly string[] | undefined {
  switch (command.operands) {
    case "none":
      return operands.length === 0 ? [] : undefined;
    case "text":
      return [];
    case "pattern-first":
      return operands.slice(hasPattern ? 0 : 1).map(pathOf);
    case "paths":
      return operands.map(pathOf);
  }
}

function tellsVersion(name: string, rest: readonly ShellWord[]): boolean {
  return versionTellers.has(name) && rest.length === 1 && /^(--version|-[vV])$/.test(rest[0]?.text ?? "");
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

type SortedArguments = { readonly operands: readonly ShellWord[]; readonly hasPattern: boolean };

/** `undefined` as soon as there is an option that the table does not have. */
function sortArguments(words: readonly ShellWord[], command: ReadOnlyCommand): SortedArguments | undefined {
  const operands: ShellWord[] = [];
  let hasPattern = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (word === undefined) break;
    if (word.text === "--") return { operands: [...operands, ...words.slice(index + 1)], hasPattern };
    if (word.text === "-") continue; // standard input
    if (!word.text.startsWith("-")) {
      operands.push(word);
      continue;
    }
    const option = readOption(word.text, command);
    if (option === undefined) return undefined;
    hasPattern ||= option.isPattern;
    if (option.takesNext) index += 1;
  }
  return { operands, hasPattern };
}

type Option = { readonly takesNext: boolean; readonly isPattern: boolean };

function readOption(text: string, command: ReadOnlyCommand): Option | undefined {
  if (command.hasCount === true && /^-\d+$/.test(text)) return { takesNext: false, isPattern: false };
  return readLong(text, command) ?? readShort(text, command);
}

function readLong(text: string, command: ReadOnlyCommand): Option | undefined {
  const [, dashes, name = "", value] = /^(--?)([\w-]+)(=.*)?$/s.exec(text) ?? [];
  // long options with one dash are `find`'s alone: elsewhere `-name` would be four short ones
  if (dashes === undefined || (dashes === "-" && command.flags !== undefined)) return undefined;
  const isPattern = name === "regexp";
  if (value === undefined && listed(command.long, name)) return { takesNext: false, isPattern: name === "files" };
  if (listed(command.valueLong, name))
    return { takesNext: value === undefined && !optionalValues.has(name), isPattern };
  return undefined;
}

/** Their value can only be written after `=`; the next word is an operand. */
const optionalValues: ReadonlySet<string> = new Set([
  "color",
  "colour",
  "pretty",
  "find-renames",
  "contains",
  "abbrev",
  "porcelain",
  "untracked-files",
  "ignored",
]);

function readShort(text: string, command: ReadOnlyCommand): Option | undefined {
  for (let at = 1; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (command.valueFlags?.includes(letter) === true) {
      return { takesNext: at === text.length - 1, isPattern: letter === "e" };
    }
    if (command.flags?.includes(letter) !== true) return undefined;
  }
  return text.startsWith("--") || text.length < 2 ? undefined : { takesNext: false, isPattern: false };
}

function listed(names: string | undefined, name: string): boolean {
  return names?.split(" ").includes(name) ?? false;
}

/** Operands that make a program do more than read. */
function isHarmless(name: string, operands: readonly ShellWord[]): boolean {
  switch (name) {
    case "uniq":
    case "xxd":
      return operands.length < 2; // the second one is written
    case "sed":
      return /^(\d+|\$)(,(\d+|\$))?p$/.test(operands[0]?.text ?? ""); // any other script may write or run
    case "date":
      return operands.every(({ text }) => text.startsWith("+")); // anything else sets the clock
    case "jq":
      return !/\b(import|include)\b/.test(operands[0]?.text ?? ""); // reads files that no operand names
    case "ps":
      return operands.every(({ text }) => /^[auxfl]+$/.test(text)); // `e` shows the environment of programs
    default:
      return true;
  }
}

/** A quoted `~` is a file of that name. */
function pathOf(word: ShellWord): string {
  return !word.isTilde && word.text.startsWith("~") ? `./${word.text}` : word.text;
}
