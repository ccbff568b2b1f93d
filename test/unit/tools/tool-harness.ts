import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mkdir } from "node:fs/promises";
import { classifyCommand } from "../../../src/policy/classify-command.ts";
import type { Json } from "../../../src/protocol/json.ts";
import type { Tool, ToolContext, ToolResult } from "../../../src/protocol/tool.ts";
import type { Workspace } from "../../../src/protocol/workspace.ts";
import { toolCatalogue } from "../../../src/tools/catalogue.ts";
import { FileKnowledge } from "../../../src/tools/file-knowledge.ts";
import { createOutputStore } from "../../../src/tools/file-output-store.ts";
import { createTodoList } from "../../../src/tools/todo-list.ts";
import type { ToolParts } from "../../../src/tools/tool-parts.ts";
import { createLocalWorkspace } from "../../../src/workspaces/local/local-workspace.ts";

export const emptyLedger: ToolParts["ledger"] = {
  messages: async () => [],
  sessionsByPrefix: async () => [],
  listSessions: async () => [],
};

/** A real folder with real tools on it; removed at the end. */
export type Bench = AsyncDisposable & {
  readonly workspace: Workspace;
  /** Where the lasting shell keeps what it keeps. */
  readonly sessionFolder: string;
  readonly parts: ToolParts;
  /** Parses and calls; a problem of the arguments comes back as an error result. */
  call(name: string, input: Json, context?: Partial<ToolContext>): Promise<ToolResult>;
  file(path: string): Promise<string>;
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
};

export async function openBench(change: Partial<ToolParts> = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "hermes-tools-"));
  const root = join(folder, "root");
  const sessionFolder = join(folder, "session");
  await mkdir(root);
  const workspace = await createLocalWorkspace({ root, env: process.env, sessionFolder });
  const parts: ToolParts = {
    outputs: createOutputStore(join(folder, "outputs")),
    fileKnowledge: new FileKnowledge(),
    todoList: createTodoList(),
    secrets: undefined,
    asker: undefined,
    ledger: emptyLedger,
    pastSessions: () => Promise.reject(new Error("nothing was said before")),
    searchScope: { audiences: ["direct:owner"] },
    classifyCommand,
    shellFolder: () => (workspace.shellFolder === workspace.root ? undefined : workspace.shellFolder),
    ...change,
  };
  return {
    workspace,
    sessionFolder,
    parts,
    call: (name, input, context = {}) =>
      callTool(toolNamed(name, parts), input, { ...contextFor(workspace), ...context }),
    file: (path) => readFile(join(workspace.root, path), "utf8"),
    write: async (files) => {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(workspace.root, path)), { recursive: true });
        await writeFile(join(workspace.root, path), content);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await workspace[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function toolNamed(name: string, parts: ToolParts): Tool {
  const create = toolCatalogue[name];
  if (create === undefined) throw new Error(`no tool ${name}`);
  return create(parts);
}

export async function callTool(tool: Tool, input: Json, context: ToolContext): Promise<ToolResult> {
  const parsed = tool.parse(input);
  return parsed.ok ? tool.call(parsed.input, context) : { text: parsed.problem, isError: true };
}

export function contextFor(workspace: Workspace): ToolContext {
  const signal = new AbortController().signal;
  return { sessionId: "s1", runId: "r1", callId: "c1", signal, workspace, progress: () => undefined };
}
