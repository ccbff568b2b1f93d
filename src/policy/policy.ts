import { AgentError } from "../protocol/agent-error.ts";
import type { AskingSurface, Policy, PolicyRequest, PolicyVerdict } from "../protocol/policy.ts";
import type { PlannedPath } from "../protocol/workspace.ts";
import { classifyCommand } from "./classify-command.ts";
import { floorOf, isInHermesHome, type Protected } from "./floor.ts";
import {
  covers,
  coversPart,
  isElsewhere,
  parseRule,
  speaksOf,
  specificityOf,
  touches,
  type PathNames,
  type Rule,
  type RuleOptions,
  type RuleTarget,
} from "./rules.ts";
import { splitCommand, type SimpleCommand } from "./shell-words.ts";

export type PolicyOptions = Protected & {
  /** From the settings: the verdict and a rule, as in `deny send *`. */
  readonly rules: readonly string[];
  /** From `--allow`: each is the rule of an `allow`. */
  readonly allow?: readonly string[];
  /** Names of the tools, so that the second word of a rule can be told from the beginning of a glob. */
  readonly tools: readonly string[];
  /** The tools whose subject is a shell command. */
  readonly commandTools?: readonly string[];
};

/** Ends with `bad-settings` when a rule does not parse: a rule that is not understood must not be skipped. */
export function createPolicy(options: PolicyOptions): Policy {
  const { tools, userHome, commandTools = ["terminal"] } = options;
  const rules = [
    ...options.rules.map((text) => parseSetting(text, { tools, userHome, source: "rule" })),
    ...(options.allow ?? []).map((text) => parseRule("allow", text, { tools, userHome, source: "flag" })),
  ];
  return {
    judge(request) {
      const isCommand = commandTools.includes(request.tool);
      const target: RuleTarget = {
        effect: request.intent.effect,
        tool: request.tool,
        command: isCommand ? request.intent.subject : undefined,
        subject: request.intent.subject,
        paths: request.plan.map((planned) => namesOf(planned, request.root)),
      };
      return judgeFloor(request, isCommand, options) ?? judgeRules(rules, target) ?? judgeDefault(request);
    },
  };
}

const verdicts = ["allow", "ask", "deny"] as const;

function parseSetting(text: string, options: RuleOptions): Rule {
  const verdict = verdicts.find((candidate) => text.startsWith(`${candidate} `));
  if (verdict !== undefined) return parseRule(verdict, text.slice(verdict.length + 1), options);
  throw new AgentError(
    "bad-settings",
    `The rule ${JSON.stringify(text)} has no verdict; begin it with allow, ask or deny.`,
  );
}

function namesOf({ resolved, hasOtherNames }: PlannedPath, root: string): PathNames {
  const isOutside = hasOtherNames || !isWithin(resolved, root);
  if (resolved === root) return { absolute: resolved, relative: ".", isOutside };
  const relative = isWithin(resolved, root) ? resolved.slice(root === "/" ? 1 : root.length + 1) : undefined;
  return { absolute: resolved, relative, isOutside };
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root === "/" ? root : `${root}/`);
}

function judgeFloor(request: PolicyRequest, isCommand: boolean, kept: Protected): PolicyVerdict | undefined {
  const { intent, plan } = request;
  if (isCommand && intent.effect !== "read") {
    const reason = floorOf(intent.subject, kept);
    if (reason !== undefined) return { verdict: "deny", rule: "floor", reason };
  }
  if (intent.effect === "read" || !plan.some(({ resolved }) => isInHermesHome(resolved, kept))) return undefined;
  return { verdict: "deny", rule: "floor", reason: "Files in the Hermes home are not the agent's to change." };
}

/** Deny before all; then the most specific of ask and allow, ask when they are equally so. */
function judgeRules(rules: readonly Rule[], target: RuleTarget): PolicyVerdict | undefined {
  const forbids = mostSpecific(rules.filter((rule) => rule.verdict === "deny" && touches(rule, target)));
  if (forbids !== undefined) return verdictOf(forbids);
  const asks = mostSpecific(rules.filter((rule) => rule.verdict === "ask" && touches(rule, target)));
  const allowing = rules.filter((rule) => rule.verdict === "allow");
  const allows = mostSpecific(allowing.filter((rule) => covers(rule, target))) ?? coveredTogether(allowing, target);
  if (asks !== undefined && (allows === undefined || specificityOf(asks) >= specificityOf(allows)))
    return verdictOf(asks);
  return allows === undefined ? undefined : verdictOf(allows);
}

/** `npm test | tail -5`: no one rule covers it, but each part is allowed by one, or only reads its input. */
function coveredTogether(allowing: readonly Rule[], target: RuleTarget): Rule | undefined {
  if (isElsewhere(target)) return undefined;
  const candidates = allowing.filter((rule) => speaksOf(rule, target));
  const found: Rule[] = [];
  for (const part of splitCommand(target.command ?? "") ?? []) {
    const rule = mostSpecific(candidates.filter((candidate) => coversPart(candidate, part)));
    if (rule !== undefined) found.push(rule);
    else if (!readsItsInputOnly(part)) return undefined;
  }
  return found.toSorted((a, b) => specificityOf(a) - specificityOf(b))[0];
}

function readsItsInputOnly({ words }: SimpleCommand): boolean {
  const quoted = words.map(({ text }) => `'${text.replaceAll("'", String.raw`'\''`)}'`).join(" ");
  const { effect, paths } = classifyCommand(quoted);
  return effect === "read" && paths.length === 0;
}

function mostSpecific(rules: readonly Rule[]): Rule | undefined {
  return rules.toSorted((a, b) => specificityOf(b) - specificityOf(a))[0];
}

function verdictOf(rule: Rule): PolicyVerdict {
  const name = rule.source === "flag" ? `--allow ${rule.text}` : `${rule.verdict} ${rule.text}`;
  return { verdict: rule.verdict, rule: name, reason: `The rule ${JSON.stringify(name)} says so.` };
}

function judgeDefault({ intent, plan, root, surface }: PolicyRequest): PolicyVerdict {
  const paths = plan.map(({ resolved }) => resolved);
  const outside = paths.filter((path) => !isWithin(path, root));
  if (outside.length > 0) {
    return ask("outside the working folder", `It names ${outside.join(", ")}, outside the working folder ${root}.`);
  }
  const shared = plan.filter(({ hasOtherNames }) => hasOtherNames).map(({ resolved }) => resolved);
  if (shared.length > 0) {
    const what = `${shared.join(", ")}, which has more than one name (hard links)`;
    return ask("a file with other names", `It names ${what}: it may be a file outside the working folder ${root}.`);
  }
  switch (intent.effect) {
    case "read":
      return {
        verdict: "allow",
        rule: "default: reading in the working folder",
        reason: "It only reads in the working folder.",
      };
    case "write":
      return judgeWrite(paths, surface);
    case "execute":
      return ask("running a command", "It is not surely read-only.");
    case "send":
      return ask("sending", "It sends something to others.");
  }
}

function judgeWrite(paths: readonly string[], surface: AskingSurface): PolicyVerdict {
  if (paths.some((path) => /\/\.git(\/|$)/.test(path))) {
    return ask("writing in .git", "What is written in .git is run by git later, also by commands that only read.");
  }
  switch (surface) {
    case "terminal":
      return {
        verdict: "allow",
        rule: "default: writing in the working folder",
        reason: "It writes in the working folder.",
      };
    case "one-shot":
      return ask("writing with nobody to ask", "Nobody watches this run; --yes allows it.");
    case "group":
      return ask("writing for a group", "It changes files for a group.");
  }
}

function ask(name: string, reason: string): PolicyVerdict {
  return { verdict: "ask", rule: `default: ${name}`, reason };
}
