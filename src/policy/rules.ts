import { AgentError } from "../protocol/agent-error.ts";
import { plainText } from "../lib/plain-text.ts";
import type { Effect } from "../protocol/tool.ts";
import { lineOf, type ExactCommand } from "./exact-commands.ts";
import type { PossibleCommand } from "./look-through.ts";

/** `effect` and `tool` absent: any. `text` is the rule as it was written, for a person to recognise. */
export type Rule = {
  readonly verdict: "allow" | "ask" | "deny";
  readonly effect: Effect | undefined;
  readonly tool: string | undefined;
  readonly glob: string;
  readonly text: string;
  /** Where it came from decides how a permission is recorded, never whether it holds. */
  readonly source: RuleSource;
};

/** The settings, `--allow`, or a person's answer that holds for the rest of the session. */
export type RuleSource = "rule" | "flag" | "session";

/** A command as far as it is understood. `exact` absent: a person has to look at its text. */
export type CommandTarget = {
  readonly text: string;
  readonly exact: readonly ExactCommand[] | undefined;
  readonly possible: readonly PossibleCommand[];
};

/** How a path can be called in a rule; links are resolved. */
export type PathNames = {
  readonly absolute: string;
  /** `undefined` outside the root; `.` is the root. */
  readonly relative: string | undefined;
  /** Outside the root, or a file that may also be there under another name: only an absolute pattern allows it. */
  readonly isOutside: boolean;
};

/** What a rule is held against. */
export type RuleTarget = {
  readonly effect: Effect;
  readonly tool: string;
  /** The shell command, when the tool runs one. */
  readonly command: CommandTarget | undefined;
  /** What the call is shown as: counts for `allow` only where there are no paths, because a link can lie. */
  readonly subject: string;
  readonly paths: readonly PathNames[];
};

export type RuleOptions = {
  readonly tools: readonly string[];
  readonly source: Rule["source"];
  /** What a leading `~/` of a pattern stands for. */
  readonly userHome: string;
};

const effects = ["read", "write", "execute", "send"] as const;

/** `EFFECT [TOOL] GLOB`, `*` for any effect. Ends with `bad-settings` and a sentence that names the fix. */
export function parseRule(verdict: Rule["verdict"], text: string, options: RuleOptions): Rule {
  const [first = "", ...rest] = text.trim().split(/\s+/);
  const effect = effects.find((candidate) => candidate === first);
  if (effect === undefined && first !== "*") {
    throw badRule(text, `begins with ${JSON.stringify(first)}; begin it with read, write, execute, send or *`);
  }
  const tool = options.tools.find((candidate) => candidate === rest[0]);
  const glob = (tool === undefined ? rest : rest.slice(1)).join(" ");
  if (glob === "")
    throw badRule(
      text,
      `has no pattern; end it with one, * for everything: ${[first, tool, "*"].filter(Boolean).join(" ")}`,
    );
  return {
    verdict,
    effect,
    tool,
    glob: glob.replace(/^~(?=\/)/, options.userHome),
    text: [first, tool, glob].filter((part) => part !== undefined).join(" "),
    source: options.source,
  };
}

/** Whatever a command does, it is executed too. */
export function speaksOf(rule: Rule, target: RuleTarget): boolean {
  if (rule.tool !== undefined && rule.tool !== target.tool) return false;
  if (rule.effect === undefined || rule.effect === target.effect) return true;
  return rule.effect === "execute" && target.command !== undefined;
}

/** More is more specific: naming the tool, then naming the effect, then more characters that are not `*`. */
export function specificityOf(rule: Rule): number {
  return (
    (rule.tool === undefined ? 0 : 20_000) +
    (rule.effect === undefined ? 0 : 10_000) +
    rule.glob.replaceAll("*", "").length
  );
}

/** Whether an `ask` or `deny` rule speaks about the call: one part or one path is enough. */
export function touches(rule: Rule, target: RuleTarget): boolean {
  if (!speaksOf(rule, target)) return false;
  const parts = target.command === undefined ? [target.subject] : looseParts(target.command);
  const names = target.paths.flatMap(({ absolute, relative = absolute }) => [absolute, relative]);
  return [...parts, ...names].some((text) => matchesGlob(rule.glob, text));
}

/** Whether an `allow` rule covers the whole call. What it cannot see through, it covers only as `*` or word for word. */
export function covers(rule: Rule, target: RuleTarget): boolean {
  if (!speaksOf(rule, target)) return false;
  if (rule.glob === "*") return true;
  if (target.command !== undefined) {
    if (isElsewhere(target)) return false;
    const isWordForWord = !rule.glob.includes("*") && rule.glob === squeezed(target.command.text);
    return isWordForWord || coversEachPart(rule, target.command);
  }
  if (target.paths.length === 0) return matchesGlob(rule.glob, target.subject);
  const isAbsolute = rule.glob.startsWith("/");
  return target.paths.every(({ absolute, relative, isOutside }) => {
    if (isAbsolute) return matchesGlob(rule.glob, absolute);
    return relative !== undefined && !isOutside && matchesGlob(rule.glob, relative);
  });
}

/** The folder that a command is to run in, which no pattern of a command speaks about, is outside the root. */
export function isElsewhere({ effect, command, paths }: RuleTarget): boolean {
  return command !== undefined && effect !== "read" && paths.some(({ relative }) => relative === undefined);
}

export function coversPart(rule: Rule, command: ExactCommand): boolean {
  return matchesGlob(rule.glob, lineOf(command));
}

/** `*` stands for any text, also an empty one; `git push*` and `git push *` both match `git push`. */
export function matchesGlob(glob: string, text: string): boolean {
  const body = glob.endsWith(" *") ? `${toPattern(glob.slice(0, -2))}( .*)?` : toPattern(glob);
  return new RegExp(`^${body}$`, "s").test(text);
}

function coversEachPart(rule: Rule, { exact = [] }: CommandTarget): boolean {
  return exact.length > 0 && exact.every((part) => coversPart(rule, part));
}

/** For what forbids, a guess that finds too much is right: the whole text, everything between operators and behind `sudo`. */
function looseParts({ text, exact = [], possible }: CommandTarget): readonly string[] {
  const pieces = text
    .split(/[;&|\n(){}`]+|\$\(/)
    .map((piece) => squeezed(piece.replace(/^\s*(\w+=\S*\s+|sudo\s+)*/, "")));
  const found = possible.map((words) => squeezed(words.join(" ")));
  const based = possible.map(([first = "", ...rest]) => squeezed([first.replace(/^.*\//s, ""), ...rest].join(" ")));
  const all = [squeezed(text), ...pieces, ...exact.map((words) => words.join(" ")), ...found, ...based];
  return [...new Set(all.flatMap((part) => [part, plainText(part)]))].filter((part) => part !== "");
}

function toPattern(glob: string): string {
  return glob
    .split(/\*+/)
    .map((literal) => literal.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`))
    .join(".*");
}

function squeezed(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}

function badRule(text: string, problem: string): AgentError {
  return new AgentError("bad-settings", `The rule ${JSON.stringify(text)} ${problem}.`);
}
