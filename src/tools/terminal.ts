import * as z from "zod/mini";
import type { Json } from "../protocol/json.ts";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import type { BackgroundJob, CommandResult, StartOptions } from "../protocol/workspace.ts";
import { keptBytes, renderCommand } from "./command-result.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import { newsOf } from "./job-news.ts";
import { headLengthOf } from "../lib/head-and-tail.ts";
import { AgentError } from "../protocol/agent-error.ts";
import { secretPlaceholder } from "../protocol/secret-placeholder.ts";
import type { SecretGrants, ToolParts } from "./tool-parts.ts";

const defaultTimeoutSeconds = 180;
const maxTimeoutSeconds = 600;
/** A command that ends so soon needs no look afterwards. */
const earlyEndMs = 300;

type Parts = Pick<ToolParts, "outputs" | "classifyCommand" | "shellFolder" | "secrets">;

const parameters = z.object({
  command: z.string().check(z.minLength(1)),
  timeout: z._default(z.number().check(z.minimum(1)), defaultTimeoutSeconds).check(z.describe("seconds, at most 600")),
  workdir: z.optional(z.string()).check(z.describe("for this command only")),
  background: z.optional(z.boolean()).check(z.describe("returns at once; see process")),
  pty: z.optional(z.boolean()).check(z.describe("for programs that need a terminal")),
  secrets: z.optional(z.array(z.string())),
  /** Where the shell stood when the call was judged; what the model says of it counts for nothing. */
  judgedIn: z.optional(z.string()),
});
type Input = z.output<typeof parameters>;

/** The command runs in the lasting shell of the workspace, as a job with the id of the call. */
export function createTerminalTool({ outputs, classifyCommand, shellFolder, secrets: grants }: Parts): Tool {
  const timeoutMsOf = ({ timeout }: Input): number => Math.min(timeout, maxTimeoutSeconds) * 1_000;
  const tool = defineTool({
    name: "terminal",
    description:
      "Run a command in a lasting bash: folder, variables and functions stay. No input. Read files with read_file, change them with patch.",
    parameters,
    aliases: { cmd: "command", cwd: "workdir" },
    intentOf: ({ command, workdir, judgedIn, secrets = [] }) => {
      const classified = classifyCommand(command);
      const effect = secrets.length > 0 ? "execute" : classified.effect;
      const subject = withSecrets(command, secrets, grants);
      const folder = workdir ?? judgedIn;
      if (folder === undefined) return { effect, subject, paths: classified.paths };
      return { effect, subject, paths: [folder, ...classified.paths.map((path) => inFolder(folder, path))] };
    },
    run: async (input, context) => {
      const { command, workdir, background, pty, judgedIn } = input;
      const { workspace, callId } = context;
      const given = await secretsFor(input, context, grants);
      const isRead = background !== true && given === undefined && classifyCommand(command).effect === "read";
      const judged = judgedIn ?? workspace.root;
      if (isRead && workdir === undefined && judged !== workspace.shellFolder) {
        return failure(`Not run: the shell is in ${workspace.shellFolder} by now, and not in ${judged}. Call again.`);
      }
      const folder = isRead ? (workdir ?? judged) : workdir;
      const place = placeOf({ folder, pty, secrets: given });
      if (background === true) {
        const job = await workspace.start(command, { ...place, jobId: callId });
        return startedText(job, context.signal);
      }
      const result = await workspace.run(command, {
        ...place,
        shell: isRead ? "clean" : "session", // what was judged by its text must not meet a function of that name
        jobId: callId,
        timeoutMs: timeoutMsOf(input),
        maxOutputBytes: keptBytes,
        signal: context.signal,
      });
      const rendered = await renderCommand(result, { timeoutMs: timeoutMsOf(input), context, outputs });
      return { ...rendered, text: rendered.text + (await newsOf(workspace, callId)) };
    },
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
    recover: (input, context) => recover(input as Input, context, { outputs, timeoutMs: timeoutMsOf(input as Input) }),
  };
}

type Place = Pick<StartOptions, "cwd" | "pty" | "secrets">;

function placeOf(given: {
  readonly folder: string | undefined;
  readonly pty: boolean | undefined;
  readonly secrets: Place["secrets"];
}): Place {
  const { folder, pty, secrets } = given;
  return {
    ...(folder === undefined ? {} : { cwd: folder }),
    ...(pty === undefined ? {} : { pty }),
    ...(secrets === undefined ? {} : { secrets }),
  };
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

async function startedText(job: BackgroundJob, signal: AbortSignal): Promise<ToolResult> {
  const early = AbortSignal.any([signal, AbortSignal.timeout(earlyEndMs)]);
  const status = await job.wait(early).catch(() => undefined); // still running after the short wait
  const { bytes } = await job.read(0, 2_000);
  const shown = Buffer.from(bytes).toString();
  if (status === undefined || status.state === "running") {
    return success(`${shown}[job ${job.id} runs in the background; process shows and ends it]`);
  }
  if (status.state === "lost") return failure(`${shown}[job ${job.id} was lost: ${status.why}]`);
  return { text: `${shown}[job ${job.id} ended at once: exit ${status.exitCode}]`, isError: status.exitCode !== 0 };
}

type Recovery = { readonly outputs: ToolParts["outputs"]; readonly timeoutMs: number };

/** Asks the workspace what became of the job of this call; waits for it when it still runs in the foreground. */
async function recover(input: Input, context: ToolContext, { outputs, timeoutMs }: Recovery) {
  const job = await context.workspace.job(context.callId);
  if (job === undefined) return undefined;
  const startedAt = performance.now();
  if (input.background === true) return startedText(job, context.signal);
  const status = await job
    .wait(AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]))
    .catch(() => job.kill().then(() => job.status()));
  if (status.state === "lost" || status.state === "running") return undefined;
  const { size } = await job.read(0, 0);
  const head = headLengthOf(keptBytes);
  const isWhole = size <= keptBytes;
  const first = await job.read(0, isWhole ? size : head);
  const rest = isWhole ? new Uint8Array() : (await job.read(size - (keptBytes - head), keptBytes - head)).bytes;
  const result: CommandResult = {
    status: status.state,
    exitCode: status.exitCode,
    output: Buffer.concat([first.bytes, rest]),
    droppedBytes: Math.max(0, size - keptBytes),
    durationMs: performance.now() - startedAt,
    note: "[Hermes was killed while this ran; it was not run again: this is what it did]",
  };
  return renderCommand(result, { timeoutMs, context, outputs });
}
