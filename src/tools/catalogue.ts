import type { Tool } from "../protocol/tool.ts";
import { createClarifyTool } from "./clarify.ts";
import { createPatchTool } from "./patch.ts";
import { createProcessTool } from "./process.ts";
import { createReadFileTool } from "./read-file.ts";
import { createSearchFilesTool } from "./search-files.ts";
import { createSessionSearchTool } from "./session-search.ts";
import { createTerminalTool } from "./terminal.ts";
import { createTodoTool } from "./todo.ts";
import type { ToolParts } from "./tool-parts.ts";
import { createWriteFileTool } from "./write-file.ts";

/** Every tool, in the order in which the model is told of them. */
export const toolCatalogue: Readonly<Record<string, (parts: ToolParts) => Tool>> = {
  terminal: createTerminalTool,
  process: createProcessTool,
  read_file: createReadFileTool,
  write_file: createWriteFileTool,
  patch: createPatchTool,
  search_files: createSearchFilesTool,
  todo: createTodoTool,
  clarify: createClarifyTool,
  session_search: createSessionSearchTool,
};
