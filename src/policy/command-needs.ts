import type { CommandNeeds } from "../protocol/policy.ts";
import { unwrapped } from "./exact-commands.ts";
import { nameOf } from "./look-through.ts";
import type { Script, ScriptCommand, ScriptWord } from "./read-script.ts";

const maxFiles = 64;

/** Programs that run the file which their first operand names. */
const interpreters: ReadonlySet<string> = new Set(
  "sh bash zsh dash ksh fish . source node nodejs deno bun tsx ts-node python python2 python3 ruby perl php lua Rscript pwsh make just".split(
    " ",
  ),
);
/** What these read without being told. */
const unnamed: Readonly<Record<string, readonly string[]>> = {
  make: ["Makefile", "makefile", "GNUmakefile"],
  just: ["justfile"],
  npm: ["package.json"],
  pnpm: ["package.json"],
  yarn: ["package.json"],
  bun: ["package.json"],
};

export type NeedsOfScript = CommandNeeds & {
  /** Every word that may name a place, expansions as written, with the folder of a `cd` in front. */
  readonly named: readonly string[];
  /** Relative words behind a change of folder that cannot be followed, expansions as written. */
  readonly adrift: readonly string[];
};

type Found = { readonly [Kind in keyof NeedsOfScript]: Set<string> };

/** What to look up of a command, its `cd`s followed as far as their words are fixed. */
export function needsOf(script: Script): NeedsOfScript {
  const found: Found = {
    programs: new Set(),
    files: new Set(),
    scripts: new Set(),
    named: new Set(),
    adrift: new Set(),
  };
  let folder: string | undefined = "";
  for (const command of script.commands) {
    const [first, ...rest] = unwrapped(command.words);
    for (const word of [first, command.words[0]]) if (word?.value !== undefined) found.programs.add(word.value);
    takePlaces(command, folder, found);
    for (const path of pathsOf(command, rest)) place(path, folder, found.files);
    for (const path of scriptsOf(first, rest)) place(path, folder, found.scripts);
    folder = folderAfter(folder, first, rest);
  }
  const files = [...new Set([...found.scripts, ...found.files])].slice(0, maxFiles);
  const scripts = [...found.scripts].filter((path) => files.includes(path));
  return { programs: [...found.programs], files, scripts, named: [...found.named], adrift: [...found.adrift] };
}

function place(path: string, folder: string | undefined, places: Set<string>): void {
  const placed = inFolder(folder, path);
  if (placed !== undefined) places.add(placed);
}

function takePlaces({ words, redirects }: ScriptCommand, folder: string | undefined, found: Found): void {
  const targets = redirects.flatMap(({ target }) => target ?? []);
  for (const { loose } of [...words, ...targets]) {
    const placed = inFolder(folder, loose);
    if (placed === undefined) found.adrift.add(loose);
    else found.named.add(placed);
  }
}

function folderAfter(folder: string | undefined, first: ScriptWord | undefined, rest: readonly ScriptWord[]) {
  if (first === undefined) return folder;
  if (first.loose === "pushd" || first.loose === "popd") return undefined;
  if (first.loose !== "cd") return folder;
  const [target, ...more] = rest;
  if (target?.value === undefined || more.length > 0 || target.value.startsWith("-")) return undefined;
  return inFolder(folder, target.value);
}

function inFolder(folder: string | undefined, path: string): string | undefined {
  if (path.startsWith("/") || path === "~" || path.startsWith("~/")) return path;
  if (folder === undefined) return undefined;
  return folder === "" ? path : `${folder}/${path}`;
}

function pathsOf({ redirects }: ScriptCommand, rest: readonly ScriptWord[]): readonly string[] {
  const targets = redirects.flatMap(({ target }) => target?.value ?? []);
  const words = rest.flatMap(({ value }) => (value === undefined ? [] : partsOf(value)));
  return [...targets, ...words].filter((path) => path !== "" && path.length < 1_024 && !path.includes("\n"));
}

/** `--output=x` and `of=x` name `x` too. */
function partsOf(word: string): readonly string[] {
  const after = /^-{0,2}[\w-]+=(.+)$/s.exec(word)?.[1];
  if (after !== undefined) return [after];
  return word.startsWith("-") || word.includes("://") ? [] : [word];
}

function scriptsOf(first: ScriptWord | undefined, rest: readonly ScriptWord[]): readonly string[] {
  const program = first?.value ?? "";
  const named = program.includes("/") ? [program] : [];
  const implied = Object.hasOwn(unnamed, program) ? (unnamed[program] ?? []) : [];
  if (!interpreters.has(nameOf(program))) return [...named, ...implied];
  const operand = rest.find(({ value }) => value !== undefined && !value.startsWith("-"))?.value;
  return [...named, ...implied, ...(operand === undefined ? [] : [operand])];
}
