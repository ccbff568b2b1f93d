import { AgentError } from "../protocol/agent-error.ts";
import type { Tool, ToolResult } from "../protocol/tool.ts";
import { findPlaceholder, type Masker } from "./masker.ts";

/** The tool as it is, but what it returns is masked, and a placeholder is never written, run or sent in its value's place. */
export function maskedTool(tool: Tool, masker: Masker): Tool {
  return {
    spec: tool.spec,
    parse(input) {
      const parsed = tool.parse(input);
      if (!parsed.ok) return parsed;
      const found = findPlaceholder(parsed.input);
      if (found === undefined || tool.intentOf(parsed.input).effect === "read") return parsed;
      return { ok: false, problem: placeholderRefused(tool.spec.name, found) };
    },
    intentOf: (input) => tool.intentOf(input),
    call: (input, context) => maskedResult(tool.call(input, context), masker),
    ...(tool.recover === undefined
      ? {}
      : {
          recover: async (input, context) => {
            const result = await tool.recover?.(input, context);
            return result === undefined ? undefined : { ...result, text: masker.text(result.text) };
          },
        }),
  };
}

async function maskedResult(result: Promise<ToolResult>, masker: Masker): Promise<ToolResult> {
  try {
    const { text, isError } = await result;
    return { text: masker.text(text), isError };
  } catch (error) {
    if (error instanceof AgentError) throw new AgentError(error.code, masker.text(error.message), { cause: error });
    throw new Error(masker.text(error instanceof Error ? error.message : String(error)), { cause: error });
  }
}

function placeholderRefused(tool: string, found: string): string {
  return (
    `${tool}: not done, because ${found} only stands for a value that you are not shown: it would be written in its ` +
    "place. Leave that part of a file as it is and change around it. A value that a command needs is stored by the " +
    "person with hermes secrets set NAME, and given to the command by that name."
  );
}
