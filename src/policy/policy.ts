import { AgentError } from "../protocol/agent-error.ts";
import type { AskingSurface, Policy, PolicyRequest, PolicyVerdict } from "../protocol/policy.ts";
import type { ToolIntent } from "../protocol/tool.ts";
import type { PlannedPath } from "../protocol/workspace.ts";
import { classifyCommand } from "./classify-command.ts";
import type { ExactCommand } from "./exact-commands.ts";
import { isInHermesHome, type Protected } from "./named-places.ts";
import type { CommandReading } from "./command-reading.ts";
import { readCommand } from "./read-command.ts";
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

export type PolicyOptions = Protected & {
  /** From the settings: the verdict and a rule, as in `deny send *`. */
  readonly rules: readonly string[];
  /** From `--allow`: each is the rule of an `allow`. */
  readonly allow?: readonly string[];
  /** What a person allowed for the rest of the session: each is the rule of an `allow`. */
  readonly session?: readonly string[];
  /** Names of the tools, so that the second word of a rule can be told from the beginning of a glob. */
  readonly tools: readonly string[];
};

/** Ends with `bad-settings` when a rule does not parse: a rule that is not understood must not be skipped. */
export function createPolicy(options: PolicyOptions): Policy {
  const { tools, userHome } = options;
  const rules = [
    ...options.rules.map((text) => parseSetting(text, { tools, userHome, source: "rule" })),
    ...(options.allow ?? []).map((text) => parseRule("allow", text, { tools, userHome, source: "flag" })),
    ...(options.session ?? []).map((text) => parseRule("allow", text, { tools, userHome, source: "session" })),
  ];
  const readings = new WeakMap<ToolIntent, Promise<CommandReading | undefined>>();
  const readingOf = (intent: ToolIntent): Promise<CommandReading | undefined> => {
    const reading = readings.get(intent) ?? readCommand(intent);
    readings.set(intent, reading);
    return reading;
  };
  return {
    async needsOf(_, intent) {
      return (await readingOf(intent))?.needs;
    },
    async judge(request) {
      const reading = await readingOf(request.intent);
      const floor = await judgeFloor(request, reading, options);
      return floor ?? judgeBelowFloor({ request, reading, rules });
    },
    async outsideSource(request) {
      const { effect, subject } = request.intent;
      if (request.intent.isFromOutside === true || effect === "send") return `${request.tool} ${subject}`;
      const network = (await readingOf(request.intent))?.network;
      if (network !== undefined) return network.what;
      return effect === "read" ? outsideOf(request)[0] : undefined;
    },
  };
}

type Place = Pick<PlannedPath, "resolved" | "hasOtherNames">;

type Case = {
  readonly request: PolicyRequest;
  readonly reading: CommandReading | undefined;
  readonly rules: readonly Rule[];
};

const verdicts = ["allow", "ask", "deny"] as const;

function parseSetting(text: string, options: RuleOptions): Rule {
  const verdict = verdicts.find((candidate) => text.startsWith(`${candidate} `));
  if (verdict !== undefined) return parseRule(verdict, text.slice(verdict.length + 1), options);
  throw new AgentError(
    "bad-settings",
    `The rule ${JSON.stringify(text)} has no verdict; begin it with allow, ask or deny.`,
  );
}

function namesOf({ resolved, hasOtherNames }: Place, root: string): PathNames {
  const isOutside = hasOtherNames || !isWithin(resolved, root);
  if (resolved === root) return { absolute: resolved, relative: ".", isOutside };
  const relative = isWithin(resolved, root) ? resolved.slice(root === "/" ? 1 : root.length + 1) : undefined;
  return { absolute: resolved, relative, isOutside };
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root === "/" ? root : `${root}/`);
}

async function judgeFloor(
  request: PolicyRequest,
  reading: CommandReading | undefined,
  kept: Protected,
): Promise<PolicyVerdict | undefined> {
  const { intent, facts } = request;
  if (reading?.floor !== undefined) {
    const { floorOf } = await import("./floor.ts");
    const reason = floorOf({ ...reading.floor, folder: facts?.folder }, kept);
    if (reason !== undefined) return { verdict: "deny", rule: "floor", reason };
  }
  if (intent.effect === "read") return undefined;
  const places = [...placesOf(request), ...(facts?.files ?? [])];
  if (!places.some(({ resolved }) => isInHermesHome(resolved, kept))) return undefined;
  return { verdict: "deny", rule: "floor", reason: "Files in the Hermes home are not the agent's to change." };
}

async function judgeBelowFloor({ request, reading, rules }: Case): Promise<PolicyVerdict> {
  const target: RuleTarget = {
    effect: request.intent.effect,
    tool: request.tool,
    command: reading?.target,
    subject: request.intent.subject,
    paths: placesOf(request).map((place) => namesOf(place, request.root)),
  };
  const forbids = mostSpecific(rules.filter((rule) => rule.verdict === "deny" && touches(rule, target)));
  if (forbids !== undefined) return verdictOf(forbids);
  const tainted = await judgeTaint(request, reading);
  if (tainted !== undefined) return tainted;
  const decided = judgeRules(rules, target);
  const verdict = decided === undefined ? await judgeDefault(request, reading) : verdictOf(decided);
  if (verdict.verdict !== "allow" || decided?.glob === "*" || !hasWords(request)) return verdict;
  const { whatIsUncertain } = await import("./uncertainty.ts");
  const uncertain = whatIsUncertain(request, decided !== undefined);
  return uncertain === undefined ? verdict : ask("not certain what runs", uncertain);
}

function hasWords({ facts }: PolicyRequest): boolean {
  return facts !== undefined && facts.programs.length + Object.keys(facts.variables).length > 0;
}

/** What came from outside must not decide where something is sent. */
async function judgeTaint(
  { intent, taint }: PolicyRequest,
  reading: CommandReading | undefined,
): Promise<PolicyVerdict | undefined> {
  if (taint === undefined) return undefined;
  const { isNamedIn } = await import("./network-use.ts");
  const recipients = intent.effect === "send" ? (intent.recipients ?? [intent.subject]) : reading?.network?.recipients;
  const strange = recipients?.find((recipient) => !isNamedIn(recipient, taint.ownerWords));
  if (strange === undefined) return undefined;
  const reason = `It reaches ${JSON.stringify(strange)}, which the request does not name, after reading from outside (${taint.source}).`;
  return { ...ask("sending after reading from outside", reason), isPersonal: true };
}

/** The most specific of ask and allow, ask when they are equally so. */
function judgeRules(rules: readonly Rule[], target: RuleTarget): Rule | undefined {
  const asks = mostSpecific(rules.filter((rule) => rule.verdict === "ask" && touches(rule, target)));
  const allowing = rules.filter((rule) => rule.verdict === "allow");
  const allows = mostSpecific(allowing.filter((rule) => covers(rule, target))) ?? coveredTogether(allowing, target);
  if (asks !== undefined && (allows === undefined || specificityOf(asks) >= specificityOf(allows))) return asks;
  return allows;
}

/** `npm test | tail -5`: no one rule covers it, but each part is allowed by one, or only reads its input. */
function coveredTogether(allowing: readonly Rule[], target: RuleTarget): Rule | undefined {
  if (isElsewhere(target)) return undefined;
  const candidates = allowing.filter((rule) => speaksOf(rule, target));
  const found: Rule[] = [];
  for (const part of target.command?.exact ?? []) {
    const rule = mostSpecific(candidates.filter((candidate) => coversPart(candidate, part)));
    if (rule !== undefined) found.push(rule);
    else if (!readsItsInputOnly(part)) return undefined;
  }
  return found.toSorted((a, b) => specificityOf(a) - specificityOf(b))[0];
}

export function readsItsInputOnly(words: ExactCommand): boolean {
  const quoted = words.map((text) => `'${text.replaceAll("'", String.raw`'\''`)}'`).join(" ");
  const { effect, paths } = classifyCommand(quoted);
  return effect === "read" && paths.length === 0;
}

function mostSpecific(rules: readonly Rule[]): Rule | undefined {
  return rules.toSorted((a, b) => specificityOf(b) - specificityOf(a))[0];
}

const sources = { rule: "", flag: "--allow ", session: "this session: " } as const;

function verdictOf(rule: Rule): PolicyVerdict {
  const name = rule.source === "rule" ? `${rule.verdict} ${rule.text}` : `${sources[rule.source]}${rule.text}`;
  return { verdict: rule.verdict, rule: name, reason: `The rule ${JSON.stringify(name)} says so.` };
}

async function judgeDefault(request: PolicyRequest, reading: CommandReading | undefined): Promise<PolicyVerdict> {
  const { intent, root, surface } = request;
  const outside = outsideOf(request);
  if (outside.length > 0) {
    return ask("outside the working folder", `It names ${outside.join(", ")}, outside the working folder ${root}.`);
  }
  const shared = request.plan.filter(({ hasOtherNames }) => hasOtherNames).map(({ resolved }) => resolved);
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
      return judgeWrite(
        placesOf(request).map(({ resolved }) => resolved),
        surface,
      );
    case "execute":
      return askForCommand(request, reading);
    case "send":
      return ask("sending", "It sends something to others.");
  }
}

async function askForCommand({ tool }: PolicyRequest, reading: CommandReading | undefined): Promise<PolicyVerdict> {
  const doubts = reading?.doubts ?? [];
  const why = doubts.length === 0 ? "" : ` A rule cannot cover it: ${doubts.join("; ")}.`;
  const asked = ask("running a command", `It is not surely read-only.${why}`);
  return reading?.target.exact === undefined ? asked : { ...asked, ...(await offerFor(tool, reading.target.exact)) };
}

async function offerFor(tool: string, commands: readonly ExactCommand[]): Promise<Pick<PolicyVerdict, "offer">> {
  const { ruleFor } = await import("./rule-offer.ts");
  const rules = commands.filter((words) => !readsItsInputOnly(words)).map((words) => ruleFor(tool, words));
  const offer = rules.filter((rule) => rule !== undefined);
  return offer.length === rules.length && offer.length > 0 ? { offer: [...new Set(offer)] } : {};
}

/** Where a command would run counts too: the shell may have gone elsewhere since the call was made. */
function placesOf({ plan, facts }: PolicyRequest): readonly Place[] {
  if (facts === undefined || plan.some(({ resolved }) => resolved === facts.folder)) return plan;
  return [...plan, { resolved: facts.folder, hasOtherNames: false }];
}

function outsideOf(request: PolicyRequest): readonly string[] {
  const paths = placesOf(request).map(({ resolved }) => resolved);
  return paths.filter((path) => !isWithin(path, request.root));
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
      return ask("writing with nobody to ask", "Nobody watches this run.");
    case "group":
      return ask("writing for a group", "It changes files for a group.");
  }
}

function ask(name: string, reason: string): PolicyVerdict {
  return { verdict: "ask", rule: `default: ${name}`, reason };
}
