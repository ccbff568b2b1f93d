import { parseArgs } from "node:util";
import { nearestNames } from "../lib/edit-distance.ts";
import { AgentError } from "../protocol/agent-error.ts";

export type CommandLine = {
  /** The task of `-p`; `undefined` without it, `-` for standard input. */
  readonly prompt: string | undefined;
  /** The command and its own arguments, options taken out. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly isContinuing: boolean;
  readonly resume: string | undefined;
  readonly model: string | undefined;
  readonly yes: boolean;
  readonly allow: readonly string[];
  readonly set: readonly string[];
  readonly isEphemeral: boolean;
  readonly limit: string | undefined;
  readonly from: string | undefined;
  /** Of a search: until when; of `workspace undo`: back to which checkpoint. */
  readonly to: string | undefined;
  readonly person: string | undefined;
  readonly surface: string | undefined;
  readonly summarize: boolean;
  /** `secrets set NAME --from-env VARIABLE`. */
  readonly fromVariable: string | undefined;
  readonly passphrase: boolean;
  readonly since: string | undefined;
  readonly run: string | undefined;
  readonly withoutSecrets: boolean;
  readonly into: string | undefined;
  /** Of `workspace`: which session, and what to do with what was changed since. */
  readonly session: string | undefined;
  readonly list: boolean;
  readonly force: boolean;
  readonly keep: boolean;
  readonly help: boolean;
  readonly version: boolean;
};

const options = {
  prompt: { type: "string", short: "p" },
  json: { type: "boolean", default: false },
  continue: { type: "boolean", default: false, short: "c" },
  resume: { type: "string", short: "r" },
  model: { type: "string", short: "m" },
  yes: { type: "boolean", default: false, short: "y" },
  allow: { type: "string", multiple: true },
  set: { type: "string", multiple: true },
  ephemeral: { type: "boolean", default: false },
  limit: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  person: { type: "string" },
  surface: { type: "string" },
  summarize: { type: "boolean", default: false },
  "from-env": { type: "string" },
  passphrase: { type: "boolean", default: false },
  since: { type: "string" },
  run: { type: "string" },
  "without-secrets": { type: "boolean", default: false },
  into: { type: "string" },
  session: { type: "string" },
  list: { type: "boolean", default: false },
  force: { type: "boolean", default: false },
  keep: { type: "boolean", default: false },
  help: { type: "boolean", default: false, short: "h" },
  version: { type: "boolean", default: false, short: "v" },
} as const;

/** Throws `bad-usage` with the fix for anything it does not know. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const { values, positionals } = parsed(argv);
  return {
    prompt: values.prompt,
    words: positionals,
    json: values.json,
    isContinuing: values.continue,
    resume: values.resume,
    model: values.model,
    yes: values.yes,
    allow: values.allow ?? [],
    set: values.set ?? [],
    isEphemeral: values.ephemeral,
    limit: values.limit,
    from: values.from,
    to: values.to,
    person: values.person,
    surface: values.surface,
    summarize: values.summarize,
    fromVariable: values["from-env"],
    passphrase: values.passphrase,
    since: values.since,
    run: values.run,
    withoutSecrets: values["without-secrets"],
    into: values.into,
    session: values.session,
    list: values.list,
    force: values.force,
    keep: values.keep,
    help: values.help,
    version: values.version,
  };
}

function parsed(argv: readonly string[]): ReturnType<typeof strictly> {
  try {
    return strictly(withStdinPrompt(argv));
  } catch (error) {
    throw new AgentError("bad-usage", usageSentence(argv, error), { cause: error });
  }
}

function strictly(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>> {
  return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
}

/**
 * `-p` without a task means that the task comes on standard input. A task may begin with a dash, but an option of ours
 * is an option: `-p --yes` is no task.
 */
function withStdinPrompt(argv: readonly string[]): readonly string[] {
  const at = argv.findIndex((word) => word === "-p" || word === "--prompt");
  if (at < 0) return argv;
  const next = argv[at + 1];
  const hasTask = next !== undefined && !isOption(next);
  return [...argv.slice(0, at), `--prompt=${hasTask ? next : "-"}`, ...argv.slice(at + (hasTask ? 2 : 1))];
}

function isOption(word: string): boolean {
  return Object.entries(options).some(
    ([name, option]) => word === `--${name}` || ("short" in option && word === `-${option.short}`),
  );
}

function usageSentence(argv: readonly string[], error: unknown): string {
  const unknown = /Unknown option '(-[^']*)'/u.exec(error instanceof Error ? error.message : "")?.[1];
  if (unknown === undefined) {
    const reason =
      error instanceof Error ? error.message.split("\n")[0]?.split(/\.(?: To specify|$)/u)[0] : String(error);
    return `${reason ?? argv.join(" ")}: see hermes --help.`;
  }
  const similar = nearestNames(unknown.replace(/^-+/u, ""), Object.keys(options), 1)[0];
  return `There is no option ${unknown}${similar === undefined ? "" : `; did you mean --${similar}?`}: see hermes --help.`;
}
