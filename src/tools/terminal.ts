import * as z from "zod/mini";
import type { Json } from "../protocol/json.ts";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import type { StartOptions } from "../protocol/workspace.ts";
import { AgentError } from "../protocol/agent-error.ts";
import { secretPlaceholder } from "../protocol/secret-placeholder.ts";
import { renderCommand } from "./command-result.ts";
import { defineTool, failure } from "./define-tool.ts";
import { newsOf } from "./job-news.ts";
import { newWatch, noteOf } from "./job-watch.ts";
import { recoverCommand, startedText } from "./recover-command.ts";
import { runAnswered } from "./run-answered.ts";
import type { SecretGrants, ToolParts } from "./tool-parts.ts";

const defaultTimeoutSeconds = 180;
const maxTimeoutSeconds = 600;

type Parts = Pick<ToolParts, "outputs" | "classifyCommand" | "shellFolder" | "asker" | "secrets">;

const parameters = z.object({
  command: z.string().check(z.minLength(1)),
  timeout: z._default(z.number().check(z.minimum(1)), defaultTimeoutSeconds).check(z.describe("seconds, at most 600")),
  workdir: z.optional(z.string()).check(z.describe("for this command only")),
  background: z.optional(z.boolean()).check(z.describe("returns at once; see process")),
  pty: z.optional(z.boolean()).check(z.describe("for programs that need a terminal, or ask")),
  notify_on_complete: z.optional(z.boolean()).check(z.describe("background: tell when it ends")),
  watch_patterns: z.optional(z.array(z.string())).check(z.describe("background: tell of lines with such a text")),
  secrets: z.optional(z.array(z.string())),
  /** Where the shell stood when the call was judged; what the model says of it counts for nothing. */
  judgedIn: z.optional(z.string()),
});
type Input = z.output<typeof parameters>;

/** The command runs in the lasting shell of the workspace, as a job with the id of the call. */
export function createTerminalTool(parts: Parts): Tool {
  const { outputs, classifyCommand, shellFolder, secrets: grants } = parts;
  const tool = defineTool({
    name: "terminal",
    description:
      "Run a command in a lasting bash: folder, variables and functions stay. No input. Read files with read_file, change them with patch.",
    parameters,
    aliases: { cmd: "command", cwd: "workdir" },
    intentOf: (input) => {
      const { command, workdir, judgedIn, background, secrets = [] } = input;
      const { effect, paths, isClean } = classOf(input, classifyCommand);
      const subject = withSecrets(command, secrets, grants);
      const folder = workdir ?? judgedIn;
      const shell = isClean ? "clean" : "session";
      const goesOn = background === true ? { goesOn: true as const } : {};
      const call = { effect, subject, command: { text: subject, shell, folder: workdir }, ...goesOn } as const;
      if (folder === undefined) return { ...call, paths };
      return { ...call, paths: [folder, ...paths.map((path) => inFolder(folder, path))] };
    },
    run: (input, context) =>
      input.background === true ? startJob(input, context, grants) : runCommand(input, context, parts),
  });
  const hidden = (grants?.names.length ?? 0) > 0 ? ", judgedIn" : ", secrets, judgedIn";
  return {
    ...tool,
    spec: { ...tool.spec, inputSchema: shownSchema(tool.spec.inputSchema, grants?.names ?? []) },
    parse(input) {
      const parsed = tool.parse(input);
      if (!parsed.ok) return { ok: false, problem: parsed.problem.replace(hidden, "") };
      const { judgedIn: _, ...rest } = parsed.input as Readonly<Record<string, Json>>;
      const folder = shellFolder();
      return { ok: true, input: folder === undefined ? rest : { ...rest, judgedIn: folder } };
    },
    recover: (input, context) => {
      const { background, ...rest } = input as Input;
      return recoverCommand(context, { outputs, timeoutMs: timeoutMsOf(rest), isBackground: background === true });
    },
  };
}

function timeoutMsOf({ timeout }: Pick<Input, "timeout">): number {
  return Math.min(timeout, maxTimeoutSeconds) * 1_000;
}

/** What is not judged by its text alone, or gets a value, runs in the shell as it is. */
function classOf({ command, background, secrets = [] }: Input, classifyCommand: Parts["classifyCommand"]) {
  const { effect, paths } = classifyCommand(command);
  const isClean = effect !== "execute" && background !== true && secrets.length === 0;
  return { effect: secrets.length > 0 ? "execute" : effect, paths, isClean } as const;
}

async function startJob(input: Input, context: ToolContext, grants: Parts["secrets"]): Promise<ToolResult> {
  const { watch_patterns: patterns = [], notify_on_complete: isEndTold = false } = input;
  const note = patterns.length > 0 || isEndTold ? { note: noteOf(newWatch(patterns, isEndTold)) } : {};
  const place = placeOf(input, await secretsFor(input, context, grants));
  const job = await context.workspace.start(input.command, { ...place, ...note, jobId: context.callId });
  return startedText(job, context.signal);
}

async function runCommand(input: Input, context: ToolContext, parts: Parts): Promise<ToolResult> {
  const { outputs, classifyCommand, asker, secrets: grants } = parts;
  const { command, workdir, judgedIn } = input;
  const { workspace, callId } = context;
  const { isClean } = classOf(input, classifyCommand);
  const judged = judgedIn ?? workspace.root;
  if (isClean && workdir === undefined && judged !== workspace.shellFolder) {
    return failure(`Not run: the shell is in ${workspace.shellFolder} by now, and not in ${judged}. Call again.`);
  }
  const given = await secretsFor(input, context, grants);
  const { result, unanswered } = await runAnswered(command, context, {
    ...placeOf(isClean ? { ...input, workdir: workdir ?? judged } : input, given),
    shell: isClean ? "clean" : "session", // what was judged by its text must not meet a function of that name
    timeoutMs: timeoutMsOf(input),
    asker,
  });
  const canAsk = asker !== undefined && input.pty !== true;
  const rendering = { timeoutMs: timeoutMsOf(input), context, outputs, canAsk, unanswered };
  const rendered = await renderCommand(result, rendering);
  return { ...rendered, text: rendered.text + (await newsOf(workspace, callId)) };
}

type Schema = Tool["spec"]["inputSchema"];

/** Where the shell stood is not the model's to say; secrets are spoken of where there are some. */
function shownSchema(schema: Schema, names: readonly string[]): Schema {
  const { judgedIn: _, secrets, ...properties } = schema["properties"] as Record<string, Schema>;
  if (names.length === 0 || secrets === undefined) return { ...schema, properties };
  const description = `values the command gets as variables of the same name: ${names.join(", ")}`;
  return { ...schema, properties: { ...properties, secrets: { ...secrets, description } } };
}

/** As if the command began with an export of each: so a rule or a person speaks about them by name. */
function withSecrets(command: string, names: readonly string[], grants: SecretGrants | undefined): string {
  if (names.length === 0) return command;
  const exports = names.map((name) => `export ${grants?.variableOf(name) ?? name}=${secretPlaceholder(name)}`);
  return `${exports.join("; ")}; ${command}`;
}

async function secretsFor(
  { command, secrets = [] }: Input,
  { runId }: ToolContext,
  grants: SecretGrants | undefined,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (secrets.length === 0) return undefined;
  if (grants !== undefined) return grants.take(secrets, { runId, command });
  const name = secrets[0] ?? "NAME";
  throw new AgentError(
    "not-found",
    `There is no secret ${name}: the person stores it with hermes secrets set ${name}.`,
  );
}

function inFolder(folder: string, path: string): string {
  return path.startsWith("/") || path === "~" || path.startsWith("~/") ? path : `${folder}/${path}`;
}

type Place = Pick<StartOptions, "cwd" | "pty" | "secrets">;

function placeOf({ workdir, pty }: Pick<Input, "workdir" | "pty">, secrets: Place["secrets"]): Place {
  return {
    ...(workdir === undefined ? {} : { cwd: workdir }),
    ...(pty === undefined ? {} : { pty }),
    ...(secrets === undefined ? {} : { secrets }),
  };
}
