import * as z from "zod/mini";
import type { Tool } from "../protocol/tool.ts";
import { defineTool, success } from "./define-tool.ts";
import { renderTodos, todoStatuses, type Todo } from "./todo-list.ts";
import type { ToolParts } from "./tool-parts.ts";

export function createTodoTool({ todoList }: Pick<ToolParts, "todoList">): Tool {
  return defineTool({
    name: "todo",
    description: "Your plan for work of three steps or more. Without todos it shows the list.",
    parameters: z.object({
      todos: z.optional(
        z.array(
          z.object({
            id: z.coerce.string(),
            content: z.optional(z.string()),
            status: z.optional(z.enum(todoStatuses)),
            parent: z.optional(z.string()),
          }),
        ),
      ),
      merge: z._default(z.boolean(), false).check(z.describe("true: change entries by id; false: replace the list")),
    }),
    intentOf: ({ todos }) => ({ effect: "read", subject: todos === undefined ? "show" : "update", paths: [] }),
    run: async ({ todos, merge }) => {
      if (todos !== undefined) todoList.replace(changed(merge ? todoList.read() : [], todos));
      const current = todoList.read();
      return success(current.length === 0 ? "The list is empty." : renderTodos(current));
    },
  });
}

type Change = {
  readonly id: string;
  readonly content?: string | undefined;
  readonly status?: Todo["status"] | undefined;
};

/** What a change does not name stays as it was. */
function changed(before: readonly Todo[], changes: readonly Change[]): readonly Todo[] {
  const byId = new Map(before.map((todo) => [todo.id, todo]));
  for (const change of changes) {
    const { content = change.id, status = "pending" } = byId.get(change.id) ?? {};
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    byId.set(change.id, { ...byId.get(change.id), id: change.id, content, status, ...given });
  }
  return [...byId.values()];
}
