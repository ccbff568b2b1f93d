import { createHash } from "node:crypto";
import type { PermissionRequest } from "../agent/agent-input.ts";
import type { CommandFacts, CommandNeeds, FileFact, ProgramFact } from "../protocol/policy.ts";
import type { ShellCommand } from "../protocol/tool.ts";
import type { PlannedPath, ShellState, Workspace } from "../protocol/workspace.ts";

const maxHashedBytes = 16 * 1024 * 1024;
const noState: ShellState = { functions: [], aliases: [], hashed: {}, variables: {}, isSure: true };

/** What a command would meet if it began now: looked up, nothing run. */
export async function lookUp(command: ShellCommand, needs: CommandNeeds, workspace: Workspace): Promise<CommandFacts> {
  const given = command.folder ?? workspace.shellFolder;
  const folder = await resolvedOrAsWritten(given, workspace);
  const state = command.shell === "clean" ? noState : await workspace.shellState();
  const [programs, files] = await Promise.all([
    Promise.all(needs.programs.map((word) => programFact(word, { state, folder, workspace }))),
    Promise.all(needs.files.map((word) => fileFact(word, folder, workspace))),
  ]);
  return { folder, programs, files, variables: state.variables };
}

/** The facts with the content of every file in it, and one number that changes when anything of the plan does. */
export async function bindPlan(plan: BoundPlan, workspace: Workspace): Promise<Bound> {
  const { request, paths, facts } = plan;
  const named = facts?.files ?? paths.map(({ resolved }) => ({ word: resolved, resolved, hash: undefined }));
  const files = await Promise.all(named.map((file) => hashed(file, workspace)));
  const { tool, input } = request;
  const bound = [tool, input, workspace.backend, workspace.root, paths, { ...facts, files }];
  return { digest: createHash("sha256").update(JSON.stringify(bound)).digest("hex"), files };
}

/** `files` with the hashes of their content. */
export type Bound = { readonly digest: string; readonly files: readonly FileFact[] };

export type BoundPlan = {
  readonly request: PermissionRequest;
  readonly paths: readonly PlannedPath[];
  readonly facts: CommandFacts | undefined;
};

type Place = { readonly state: ShellState; readonly folder: string; readonly workspace: Workspace };

async function programFact(word: string, { state, folder, workspace }: Place): Promise<ProgramFact> {
  const path = await workspace.findProgram(word, folder);
  if (state.aliases.includes(word)) return { word, kind: "alias", path };
  if (!state.isSure || state.functions.includes(word)) return { word, kind: "function", path };
  const remembered = Object.hasOwn(state.hashed, word) ? state.hashed[word] : undefined;
  if (remembered !== undefined && (await resolvedOrAsWritten(remembered, workspace)) !== path) {
    return { word, kind: "hash", path: remembered };
  }
  return { word, kind: path === undefined ? "none" : "file", path };
}

async function fileFact(word: string, folder: string, workspace: Workspace): Promise<FileFact> {
  const path = word.startsWith("/") || word === "~" || word.startsWith("~/") ? word : `${folder}/${word}`;
  return { word, resolved: await resolvedOrAsWritten(path, workspace), hash: undefined };
}

/** A path that cannot be walked is bound as it stands: it then leads nowhere, and comes to light when it does. */
async function resolvedOrAsWritten(path: string, workspace: Workspace): Promise<string> {
  try {
    return await workspace.resolve(path);
  } catch {
    return path;
  }
}

async function hashed(file: FileFact, workspace: Workspace): Promise<FileFact> {
  try {
    // only looked at, so it may lie anywhere: a script outside the root is bound as one inside is
    const files = workspace.permitting(await workspace.plan([file.resolved]));
    const stat = await files.stat(file.resolved);
    if (stat?.kind !== "file") return file;
    const bytes = stat.size > maxHashedBytes ? undefined : await files.readFile(file.resolved);
    const content = bytes ?? Buffer.from(`${stat.size} ${stat.modifiedMs}`);
    return { ...file, hash: createHash("sha256").update(content).digest("hex") };
  } catch {
    return file; // what cannot be read now cannot be bound; when that changes, so does the plan
  }
}
