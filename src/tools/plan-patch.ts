import { applyHunks, applyReplacement, type Applied, type Replacement } from "./apply-edit.ts";
import { bytesFor, openForEdit, type EditedFile, type EditPlace } from "./edited-file.ts";
import type { FilePatch } from "./v4a-patch.ts";

/** One step of a plan that has been worked out in full; nothing is decided after the first write. */
export type Step = {
  readonly file: EditedFile;
  /** `undefined`: the file is removed. */
  readonly bytes: Uint8Array | undefined;
  readonly before: string;
  readonly after: string;
  readonly notes: readonly string[];
};

export type Plan = { readonly steps: readonly Step[] } | { readonly problem: string };

type Edit = (text: string) => Applied;

export async function planReplacement(path: string, replacement: Replacement, place: EditPlace): Promise<Plan> {
  const step = await planUpdate(path, (text) => applyReplacement(text, replacement), place);
  return "problem" in step ? step : { steps: [step] };
}

export async function planPatch(patches: readonly FilePatch[], place: EditPlace): Promise<Plan> {
  const steps: Step[] = [];
  const seen = new Set<string>();
  for (const patch of patches) {
    const planned = await planFile(patch, place);
    if ("problem" in planned) return planned;
    for (const step of planned.steps) {
      if (seen.has(step.file.resolvedPath))
        return { problem: `${step.file.path} is named twice; put all its changes under one header` };
      seen.add(step.file.resolvedPath);
    }
    steps.push(...planned.steps);
  }
  return { steps };
}

async function planFile(patch: FilePatch, place: EditPlace): Promise<Plan> {
  switch (patch.act) {
    case "add":
      return planNew(patch.path, patch.content, place);
    case "delete": {
      const file = await openForEdit(patch.path, place);
      const problem = refusal(file);
      if (problem !== undefined) return { problem };
      return { steps: [{ file, bytes: undefined, before: file.before?.decoded?.text ?? "", after: "", notes: [] }] };
    }
    case "update": {
      const step = await planUpdate(patch.path, (text) => applyHunks(text, patch.hunks), place);
      if ("problem" in step) return step;
      return patch.moveTo === undefined ? { steps: [step] } : planMove(step, patch.moveTo, place);
    }
  }
}

async function planNew(path: string, content: string, place: EditPlace): Promise<Plan> {
  const file = await openForEdit(path, place);
  if (file.before !== undefined) return { problem: `${path} exists; use *** Update File or write_file` };
  return { steps: [{ file, bytes: Buffer.from(content), before: "", after: content, notes: [] }] };
}

/** The content keeps its encoding; the old name goes last. */
async function planMove(step: Step, to: string, place: EditPlace): Promise<Plan> {
  const target = await openForEdit(to, place);
  if (target.before !== undefined) return { problem: `${to} exists; move to a free name or delete it first` };
  const removal: Step = { ...step, bytes: undefined, after: "", notes: [] };
  return {
    steps: [
      { ...step, file: target },
      { ...removal, before: "" },
    ],
  };
}

async function planUpdate(path: string, edit: Edit, place: EditPlace): Promise<Step | { readonly problem: string }> {
  const file = await openForEdit(path, place);
  const problem = refusal(file);
  if (problem !== undefined) return { problem };
  const decoded = file.before?.decoded;
  if (decoded === undefined) return { problem: `${path} is not a text file` };
  const applied = edit(decoded.text);
  if ("problem" in applied) return { problem: `${path}: ${applied.problem}` };
  const bytes = bytesFor(file, applied.text);
  if ("problem" in bytes) return bytes;
  return { file, bytes, before: decoded.text, after: applied.text, notes: applied.notes };
}

/** What was not read may be changed where its old text is named rightly: that proves that it is known. */
function refusal(file: EditedFile): string | undefined {
  if (file.before === undefined) return `${file.path} does not exist`;
  return file.state === "changed" ? `${file.path} was changed since it was last read here; read it again` : undefined;
}
