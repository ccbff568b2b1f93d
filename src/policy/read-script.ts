import {
  forEachChild,
  parse,
  type Command,
  type ParsedScript,
  type Redirection,
  type SyntaxNode,
  type Word,
} from "unbash";
import { readExactWord } from "./shell-words.ts";

export type ScriptWord = {
  /** As it is written. */
  readonly text: string;
  /** What the program gets; `undefined` when an expansion decides, or when it is not sure. */
  readonly value: string | undefined;
  /** Without its quotes, expansions left as written: good enough for what forbids. */
  readonly loose: string;
};

export type ScriptCommand = {
  /** Empty for a line that only sets variables. */
  readonly words: readonly ScriptWord[];
  /** Names of variables set in front of it. */
  readonly variables: readonly string[];
  readonly redirects: readonly ScriptRedirect[];
};

export type ScriptRedirect = { readonly operator: string; readonly target: ScriptWord | undefined };

export type Script = {
  /** Every simple command, wherever it stands: in a substitution, a function or a here document too. In order of text. */
  readonly commands: readonly ScriptCommand[];
  /** Fixed texts that programs read: here documents and here strings. */
  readonly inputs: readonly string[];
  /** Why it is more than a list of programs with fixed words; empty when it is no more than that. */
  readonly doubts: readonly string[];
};

/** Reads a command with the grammar of bash. Never throws: what does not parse is a doubt, and the rest is there. */
export function readScript(text: string): Script {
  const reading: Reading = { commands: [], inputs: [], doubts: new Set(), spans: [] };
  visit(parse(text), reading);
  if (reading.doubts.size === 0 && !isAllRead(text, reading.spans)) reading.doubts.add("it does not parse");
  return { commands: reading.commands, inputs: reading.inputs, doubts: [...reading.doubts] };
}

type Reading = {
  readonly commands: ScriptCommand[];
  readonly inputs: string[];
  readonly doubts: Set<string>;
  /** Where the words and redirections stand. */
  readonly spans: Span[];
};

type Span = { readonly pos: number; readonly end: number };

/** The grammar forgives; bash does not. Between the words nothing may stand but what ends or joins commands. */
function isAllRead(text: string, spans: readonly Span[]): boolean {
  let at = 0;
  for (const { pos, end } of spans.toSorted((left, right) => left.pos - right.pos)) {
    if (!joint.test(text.slice(at, pos))) return false;
    at = end;
  }
  return joint.test(text.slice(at));
}

const joint = /^(?:[ \t\n;]|&&|\|\|?|\\\n|!(?=[ \t])|time(?: -p)?(?=[ \t])|(?<=^|[ \t\n;|&])#[^\n]*)*$/;

function visit(node: SyntaxNode, reading: Reading): void {
  const doubt = doubtful[node.type];
  if (doubt !== undefined) reading.doubts.add(doubt);
  take(node, reading);
  forEachChild(node, (child) => visit(child, reading));
}

function take(node: SyntaxNode, reading: Reading): void {
  if (node.type === "Script") takeErrors(node, reading);
  else if (node.type === "Statement" && node.background === true) reading.doubts.add("it goes on in the background");
  else if (node.type === "Pipeline" && node.operators.includes("|&")) reading.doubts.add("it joins streams");
  else if (node.type === "Command") takeCommand(node, reading);
  else if (node.type === "Redirected") for (const redirect of node.redirects) takeRedirect(redirect, reading);
}

function takeErrors(script: ParsedScript, { doubts }: Reading): void {
  const error = script.errors?.[0];
  if (error !== undefined) doubts.add(`it does not parse (${error.message})`);
}

function takeCommand(command: Command, reading: Reading): void {
  const { doubts } = reading;
  const assigned = command.prefix.filter((part) => part.type === "Assignment");
  if (assigned.length > 0) doubts.add("it sets variables");
  reading.spans.push(...command.args, ...command.redirects, ...(command.name === undefined ? [] : [command.name]));
  const named = command.name === undefined ? [] : [wordOf(command.name)];
  const words = [...named, ...command.args.map((arg) => wordOf(arg))];
  const unsure = words.find(({ value }) => value === undefined);
  if (unsure !== undefined) doubts.add(`the shell decides what ${JSON.stringify(short(unsure.text))} becomes`);
  const redirects = command.redirects.map((redirect) => takeRedirect(redirect, reading));
  reading.commands.push({ words, variables: assigned.map(({ name }) => name), redirects });
}

function takeRedirect(redirect: Redirection, { doubts, inputs }: Reading): ScriptRedirect {
  if (redirect.type === "HereDoc") {
    inputs.push(redirect.body.text);
    doubts.add("it has a here document");
    return { operator: redirect.operator, target: undefined };
  }
  const target = redirect.target === undefined ? undefined : wordOf(redirect.target);
  if (redirect.type === "HereString") inputs.push(target?.loose ?? "");
  if (!isIdle(redirect.operator, target)) doubts.add(`it redirects ${redirect.operator} ${short(target?.text ?? "")}`);
  return { operator: redirect.operator, target };
}

/** Nothing is written but what is thrown away, and nothing read. */
function isIdle(operator: string, target: ScriptWord | undefined): boolean {
  if (operator === ">&") return /^[12]$/.test(target?.value ?? "");
  return target?.value === "/dev/null" && operator !== "<>";
}

function wordOf(word: Word | { readonly text: string }): ScriptWord {
  const { text } = word;
  const exact = readExactWord(text);
  return {
    text,
    value: exact?.isTilde === true ? undefined : exact?.text, // the shell puts the home folder there
    loose: "value" in word && typeof word.value === "string" ? word.value : unquoted(text),
  };
}

function unquoted(text: string): string {
  return text.replaceAll(/["'\\]/g, "");
}

function short(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

const more = "it is more than a list of commands";
const doubtful: Readonly<Partial<Record<SyntaxNode["type"], string>>> = {
  CommandExpansion: "it runs a command inside of a word",
  ProcessSubstitution: "it runs a command inside of a word",
  ArithmeticCommandExpansion: "it runs a command inside of a word",
  SimpleExpansion: "it uses a variable",
  ParameterExpansion: "it uses a variable",
  ArithmeticExpansion: "it calculates",
  ArithmeticCommand: "it calculates",
  Glob: "it has a wildcard",
  ExtendedGlob: "it has a wildcard",
  BraceExpansion: "it expands braces",
  Function: "it defines a function",
  If: more,
  For: more,
  ArithmeticFor: more,
  Select: more,
  While: more,
  Case: more,
  Coproc: more,
  Subshell: more,
  BraceGroup: more,
  TestCommand: more,
};
