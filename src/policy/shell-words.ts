/** One word of a command. `isTilde`: it began with an unquoted `~`, which the shell makes the home folder. */
export type ShellWord = { readonly text: string; readonly isTilde: boolean };

/** `before` is the operator that stands before the command; the first one has none. */
export type SimpleCommand = { readonly before: "" | "|" | "&&" | "||" | ";"; readonly words: readonly ShellWord[] };

/** Characters that expand, redirect, group or comment when they stand unquoted. */
const refusedPlain: ReadonlySet<string> = new Set("$`*?[{}()<>\n\r#!");
const operators = ["&&", "||", "|", ";"] as const;
/** Control characters, and characters that nobody sees or that look like spaces. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{115F}\u{1160}\u{3164}\u{FFA0}]|(?! )\p{Zs}/u;

/**
 * Splits a command into words exactly as the shell would, or gives up (`undefined`): there is no expansion,
 * substitution, redirection, group, background or comment in what it accepts. Accepting less is always right.
 */
export function splitCommand(command: string): readonly SimpleCommand[] | undefined {
  if (hidden.test(command.replaceAll("\t", " "))) return undefined;
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
    } else if (rest.startsWith(" ") || rest.startsWith("\t")) {
      at += 1;
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
