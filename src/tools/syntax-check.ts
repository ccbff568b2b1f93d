import type { ToolContext } from "../protocol/tool.ts";

const checkTimeoutMs = 5_000;
const maxCheckedBytes = 1_048_576;
const maxProblemLength = 400;

type Check = (text: string, context: ToolContext) => Promise<string | undefined>;

const checks: Readonly<Record<string, Check>> = {
  json: async (text) => problemOf(() => JSON.parse(text)),
  yaml: checkYaml,
  yml: checkYaml,
  sh: (text, context) => checkWith("bash -n", text, context),
  bash: (text, context) => checkWith("bash -n", text, context),
  py: (text, context) =>
    checkWith(`python3 -c 'import sys; compile(sys.stdin.buffer.read(), "stdin", "exec")'`, text, context),
  js: (text, context) => checkScript(text, context),
  mjs: (text, context) => checkWith("node --input-type=module --check -", text, context),
  cjs: (text, context) => checkWith("node --check -", text, context),
};

/** A syntax error that the new content has and the old one had not. `undefined` also when it cannot be told. */
export async function newSyntaxProblem(
  file: { readonly path: string; readonly before: string | undefined; readonly after: string },
  context: ToolContext,
): Promise<string | undefined> {
  const extension = /\.([a-z]+)$/i.exec(file.path)?.[1]?.toLowerCase() ?? "";
  const check = Object.hasOwn(checks, extension) ? checks[extension] : undefined;
  if (check === undefined || file.after.length > maxCheckedBytes) return undefined;
  const problem = await check(file.after, context);
  if (problem === undefined) return undefined;
  const isOld = file.before !== undefined && (await check(file.before, context)) !== undefined;
  return isOld ? undefined : problem.slice(0, maxProblemLength);
}

async function checkYaml(text: string): Promise<string | undefined> {
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(text, { logLevel: "silent" });
  return "empty" in documents ? undefined : documents.flatMap(({ errors }) => errors)[0]?.message;
}

/** A `.js` file may be a script or a module: wrong only when it is neither. */
async function checkScript(text: string, context: ToolContext): Promise<string | undefined> {
  const asScript = await checkWith("node --check -", text, context);
  return asScript === undefined ? undefined : checkWith("node --input-type=module --check -", text, context);
}

/** The interpreter reads the text from its input and runs nothing. Without the interpreter nothing is known. */
async function checkWith(
  command: string,
  text: string,
  { workspace, signal }: ToolContext,
): Promise<string | undefined> {
  const program = command.split(" ")[0] ?? "";
  const result = await workspace.run(`command -v ${program} >/dev/null || exit 0; ${command}`, {
    timeoutMs: checkTimeoutMs,
    maxOutputBytes: 16_384,
    signal,
    stdin: Buffer.from(text),
  });
  if (result.status !== "finished" || result.exitCode === 0) return undefined;
  const lines = Buffer.from(result.output).toString().split("\n");
  // interpreters that do not know the option, or are broken, say nothing about the text
  if (!lines.some((line) => /syntax ?error|IndentationError|TabError|unexpected/i.test(line))) return undefined;
  return lines.filter((line) => line.trim() !== "" && !/^\s+at |^Node\.js /.test(line)).join("\n");
}

function problemOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
