import * as z from "zod/mini";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import { bytesFor, openForEdit, writeEdit } from "./edited-file.ts";
import { newSyntaxProblem } from "./syntax-check.ts";
import type { ToolParts } from "./tool-parts.ts";

type Parts = Pick<ToolParts, "fileKnowledge">;

export function createWriteFileTool(parts: Parts): Tool {
  return defineTool({
    name: "write_file",
    description:
      "Write a whole file, with its folders. One that exists must have been read before; for a part of it use patch.",
    parameters: z.object({ path: z.string().check(z.minLength(1)), content: z.string() }),
    aliases: { file_path: "path", file: "path", text: "content" },
    intentOf: ({ path }) => ({ effect: "write", subject: path, paths: [path] }),
    run: (wanted, context) => writeFile(wanted, context, parts),
  });
}

type Wanted = { readonly path: string; readonly content: string };

async function writeFile({ path, content }: Wanted, context: ToolContext, parts: Parts): Promise<ToolResult> {
  const place = { workspace: context.workspace, knowledge: parts.fileKnowledge };
  const file = await openForEdit(path, place);
  if (file.state === "unseen")
    return failure(`${path} exists and was not read in this session. Read it first, then write it.`);
  if (file.state === "changed")
    return failure(`${path} was changed since it was last read here. Read it again, then write it.`);
  const bytes = bytesFor(file, content);
  if ("problem" in bytes) return failure(bytes.problem);
  await writeEdit(file, bytes, place);
  const lines = content === "" ? 0 : content.split("\n").length - (content.endsWith("\n") ? 1 : 0);
  const verb = file.state === "new" ? "Created" : "Overwrote";
  const problem = await newSyntaxProblem({ path, before: file.before?.decoded?.text, after: content }, context);
  return success(
    `${verb} ${path}: ${lines} lines, ${bytes.length} bytes.${problem === undefined ? "" : `\nSyntax error: ${problem}`}`,
  );
}
