import { hiddenCharacter } from "../lib/plain-text.ts";

/** One word of a command. `isTilde`: it began with an unquoted `~`, which the shell makes the home folder. */
export type ShellWord = { readonly text: string; readonly isTilde: boolean };

/** `before` is the operator that stands before the command; the first one has none. */
export type SimpleCommand = { readonly before: "" | "|" | "&&" | "||" | ";"; readonly words: readonly ShellWord[] };

/** Characters that expand, redirect, group or comment when they stand unquoted. */
const refusedPlain: ReadonlySet<string> = new Set("$`*?[{}()<>\n\r#!");
const operators = ["&&", "||", "|", ";"] as const;

/** Joins both streams, or throws one away: nothing is read or written. Only behind a word, never inside of one. */
const idleRedirection = /^(?:2>&1|1?>&2|[12]?>{1,2} ?\/dev\/null|&> ?\/dev\/null)(?=[ \t|;]|&&|$)/;

/** What one word of a command becomes, its quotes taken off; `undefined` when that is not sure. Line feeds only in quotes. */
export function readExactWord(text: string): ShellWord | undefined {
  if (text === "" || hiddenCharacter.test(text.replaceAll(/[\t\n]/g, " ")) || text.includes("\\\n")) return undefined;
  const read = readWord(text, 0);
  return read?.end === text.length ? read.word : undefined;
}

/**
 * Splits a command into words exactly as the shell would, or gives up (`undefined`): there is no expansion,
 * substitution, redirection, group, background or comment in what it accepts. Accepting less is always right.
 */
export function splitCommand(command: string): readonly SimpleCommand[] | undefined {
  if (hiddenCharacter.test(command.replaceAll("\t", " "))) return undefined;
  const commands: SimpleCommand[] = [];
  let before: SimpleCommand["before"] = "";
  let words: ShellWord[] = [];
  let at = 0;
  while (at < command.length) {
    const rest = command.slice(at);
    const operator = operators.find((candidate) => rest.startsWith(candidate));
    if (operator !== undefined) {
      if (words.length === 0) return undefined;
      commands.push({ before, words });
      before = operator;
      words = [];
      at += operator.length;
      continue;
    }
    const skipped = skippedAt(rest, words.length > 0);
    if (skipped > 0) {
      at += skipped;
    } else {
      const word = readWord(command, at);
      if (word === undefined) return undefined;
      words.push(word.word);
      at = word.end;
    }
  }
  if (words.length === 0) return before === ";" ? commands : undefined;
  return [...commands, { before, words }];
}

/** A space, or behind a word a redirection that does nothing; 0 when a word begins. */
function skippedAt(rest: string, isBehindWord: boolean): number {
  if (rest.startsWith(" ") || rest.startsWith("\t")) return 1;
  return isBehindWord ? (idleRedirection.exec(rest)?.[0].length ?? 0) : 0;
}

type Piece = { readonly text: string; readonly end: number };

function readWord(command: string, start: number): { readonly word: ShellWord; readonly end: number } | undefined {
  let text = "";
  let at = start;
  const isTilde = command[start] === "~";
  while (at < command.length && !/[ \t|;&]/.test(command.charAt(at))) {
    const piece = readPiece(command, at);
    if (piece === undefined) return undefined;
    text += piece.text;
    at = piece.end;
  }
  if (command[at] === "&" && command[at + 1] !== "&") return undefined; // to the background
  if (command[at] === "|" && command[at + 1] === "&") return undefined;
  if (isTilde && !/^~(\/|$)/.test(command.slice(start, at))) return undefined; // somebody else's home, or a stack entry
  return { word: { text, isTilde }, end: at };
}

function readPiece(command: string, at: number): Piece | undefined {
  const character = command.charAt(at);
  if (character === "'") return readSingleQuoted(command, at + 1);
  if (character === '"') return readDoubleQuoted(command, at + 1);
  if (character === "\\") {
    const escaped = command.slice(at + 1, at + 3)[0];
    return escaped === undefined ? undefined : { text: escaped, end: at + 1 + escaped.length };
  }
  if (refusedPlain.has(character)) return undefined;
  if (character === "~" && /[=:]/.test(command.charAt(at - 1))) return undefined; // expands there too
  return { text: character, end: at + 1 };
}

function readSingleQuoted(command: string, start: number): Piece | undefined {
  const end = command.indexOf("'", start);
  return end === -1 ? undefined : { text: command.slice(start, end), end: end + 1 };
}

function readDoubleQuoted(command: string, start: number): Piece | undefined {
  let text = "";
  for (let at = start; at < command.length; at += 1) {
    const character = command.charAt(at);
    if (character === '"') return { text, end: at + 1 };
    if (character === "$" || character === "`") return undefined;
    if (character === "\\" && /["\\$`]/.test(command.charAt(at + 1))) {
      at += 1;
      text += command.charAt(at);
    } else {
      text += character;
    }
  }
  return undefined;
}
