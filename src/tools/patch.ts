import * as z from "zod/mini";
import { AgentError } from "../protocol/agent-error.ts";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import { writeEdit, type EditPlace } from "./edited-file.ts";
import { planPatch, planReplacement, type Plan, type Step } from "./plan-patch.ts";
import { shortDiff } from "./short-diff.ts";
import { newSyntaxProblem } from "./syntax-check.ts";
import type { ToolParts } from "./tool-parts.ts";
import { parseV4aPatch } from "./v4a-patch.ts";

type Wanted = {
  readonly path?: string | undefined;
  readonly old_string?: string | undefined;
  readonly new_string?: string | undefined;
  readonly replace_all?: boolean | undefined;
  readonly patch?: string | undefined;
};

export function createPatchTool({ fileKnowledge }: Pick<ToolParts, "fileKnowledge">): Tool {
  return defineTool({
    name: "patch",
    description:
      "Change parts of files: replace old_string (it must stand once) by new_string, or mode=patch for several files at once, all or none.",
    parameters: z.object({
      mode: z.optional(z.enum(["replace", "patch"])),
      path: z.optional(z.string()),
      old_string: z.optional(z.string()),
      new_string: z.optional(z.string()),
      replace_all: z.optional(z.boolean()),
      patch: z
        .optional(z.string())
        .check(
          z.describe(
            "*** Begin Patch, then for each file *** Update File: p (*** Move to: q; @@ line before; lines with space, - or +), *** Add File: p (+ lines) or *** Delete File: p, then *** End Patch",
          ),
        ),
    }),
    aliases: { file_path: "path", file: "path", old_text: "old_string", new_text: "new_string" },
    intentOf: (wanted) => {
      const paths = pathsOf(wanted);
      return { effect: "write", subject: paths.join(" "), paths };
    },
    run: (wanted, context) => change(wanted, context, { workspace: context.workspace, knowledge: fileKnowledge }),
  });
}

function pathsOf({ patch, path }: Wanted): readonly string[] {
  if (patch === undefined) return path === undefined ? [] : [path];
  const parsed = parseV4aPatch(patch);
  if ("problem" in parsed) return [];
  return parsed.files.flatMap((file) =>
    file.act === "update" && file.moveTo !== undefined ? [file.path, file.moveTo] : [file.path],
  );
}

async function change(wanted: Wanted, context: ToolContext, place: EditPlace): Promise<ToolResult> {
  const plan = await planOf(wanted, place);
  if ("problem" in plan) return failure(`Nothing was changed: ${plan.problem}.`);
  await carryOut(plan.steps, place);
  const reports = await Promise.all(plan.steps.map((step) => reportOf(step, context)));
  return success(reports.join("\n"));
}

async function planOf(wanted: Wanted, place: EditPlace): Promise<Plan> {
  if (wanted.patch !== undefined) {
    const parsed = parseV4aPatch(wanted.patch);
    return "problem" in parsed ? parsed : planPatch(parsed.files, place);
  }
  const { path, old_string: oldString, new_string: newString, replace_all: isAll = false } = wanted;
  if (path === undefined || oldString === undefined || newString === undefined) {
    return { problem: "give path, old_string and new_string, or patch" };
  }
  return planReplacement(path, { oldString, newString, isAll }, place);
}

/** All steps or none: when one fails, those before it are taken back. */
async function carryOut(steps: readonly Step[], place: EditPlace): Promise<void> {
  const done: Step[] = [];
  try {
    for (const step of steps) {
      await carryOutStep(step, place);
      done.push(step);
    }
  } catch (error) {
    const lost = await takeBack(done.toReversed(), place);
    const why = error instanceof Error ? error.message : String(error);
    const state = lost.length === 0 ? "Nothing was changed" : `These files could not be put back: ${lost.join(", ")}`;
    throw new AgentError("file-failed", `${state}: ${why}`, { cause: error });
  }
}

async function carryOutStep({ file, bytes }: Step, place: EditPlace): Promise<void> {
  if (bytes !== undefined) return writeEdit(file, bytes, place);
  await place.workspace.removeFile(file.resolvedPath);
  place.knowledge.forget(file.resolvedPath);
}

async function takeBack(steps: readonly Step[], place: EditPlace): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const { file } of steps) {
    try {
      if (file.before === undefined) await place.workspace.removeFile(file.resolvedPath);
      else await writeEdit(file, file.before.bytes, place);
    } catch {
      lost.push(file.path); // told with the first error: one that cannot be undone must not hide the others
    }
  }
  return lost;
}

async function reportOf({ file, bytes, before, after, notes }: Step, context: ToolContext): Promise<string> {
  if (bytes === undefined) return `Removed ${file.path}`;
  const note = notes.length === 0 ? "" : ` (${notes.join(", ")})`;
  const problem = await newSyntaxProblem({ path: file.path, before, after }, context);
  const diff = await shortDiff(before, after);
  const head = file.before === undefined ? `Created ${file.path}${note}` : `Changed ${file.path}${note}`;
  return [head, diff, ...(problem === undefined ? [] : [`Syntax error: ${problem}`])].join("\n");
}
