import type { Script, ScriptWord } from "./read-script.ts";

/** The words of one program, exactly as it gets them. */
export type ExactCommand = readonly string[];

/** What only starts its command, after its own options were taken: anything else stays in front of it. */
const passing: Readonly<Record<string, RegExp>> = {
  nohup: /^$/,
  time: /^(-p)?$/,
  command: /^$/,
  nice: /^(-n \d{1,2}|-\d{1,2}|--adjustment=\d{1,2})?$/,
  timeout: /^(((-k |--kill-after=)\d[\d.]*[smhd]?|(-s |--signal=)[A-Z\d]+|--foreground|-v) )*\d[\d.]*[smhd]?$/,
  stdbuf: /^(-[ioe][0L] ?)+$/,
};

/** `undefined` when a person has to look: some word is not fixed, or there is more than programs one after the other. */
export function exactCommands(script: Script): readonly ExactCommand[] | undefined {
  if (script.doubts.length > 0) return undefined;
  const commands = script.commands.map(({ words }) => unwrapped(words).flatMap(({ value }) => value ?? []));
  return commands.length > 0 && commands.every((words) => words.length > 0) ? commands : undefined;
}

/** Without `timeout 60` and its like, which start what follows and nothing else. */
export function unwrapped(words: readonly ScriptWord[]): readonly ScriptWord[] {
  const [first, ...rest] = words;
  const name = first?.value ?? "";
  const own = Object.hasOwn(passing, name) ? passing[name] : undefined;
  if (own === undefined) return words;
  for (let taken = Math.min(rest.length - 1, 6); taken >= 0; taken -= 1) {
    const options = rest.slice(0, taken).map(({ value }) => value ?? "\n");
    const next = rest[taken]?.value ?? "-";
    if (own.test(options.join(" ")) && !next.startsWith("-")) return unwrapped(rest.slice(taken));
  }
  return words;
}

/** One line to hold a rule against; a word with a space in it keeps quotes, so that it is not taken for two. */
export function lineOf(words: ExactCommand): string {
  return words.map((word) => (/[\s'"]/.test(word) || word === "" ? `'${word}'` : word)).join(" ");
}
