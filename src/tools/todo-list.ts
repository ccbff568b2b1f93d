import type { Message } from "../protocol/message.ts";

export const todoStatuses = ["pending", "in_progress", "completed", "cancelled"] as const;

export type Todo = {
  readonly id: string;
  readonly content: string;
  readonly status: (typeof todoStatuses)[number];
  /** Id of the entry it belongs under. */
  readonly parent?: string | undefined;
};

/** The plan of one session. */
export interface TodoList {
  read(): readonly Todo[];
  replace(todos: readonly Todo[]): void;
}

export function createTodoList(initial: readonly Todo[] = []): TodoList {
  let current = initial;
  return {
    read: () => current,
    replace: (todos) => {
      current = todos;
    },
  };
}

/** The list as its last result in a session's history left it: so it survives a restart without a store of its own. */
export function todosFromHistory(messages: readonly Message[]): readonly Todo[] {
  const last = messages.findLast((message) => message.role === "tool" && message.name === "todo" && !message.isError);
  return last?.role === "tool" ? parseTodos(last.text) : [];
}

const marks = { pending: " ", in_progress: ">", completed: "x", cancelled: "-" } as const;
const linePattern = /^\[([ >x-])\] (\S+?)(?: \(under (\S+)\))?: (.*)$/;

/** One line an entry: `[x] id (under parent): content`. Line breaks in a content become spaces. */
export function renderTodos(todos: readonly Todo[]): string {
  return todos
    .map(({ id, content, status, parent }) => {
      const under = parent === undefined ? "" : ` (under ${idOf(parent)})`;
      return `[${marks[status]}] ${idOf(id)}${under}: ${content.replaceAll(/\s+/g, " ").trim()}`;
    })
    .join("\n");
}

export function parseTodos(text: string): readonly Todo[] {
  return text.split("\n").flatMap((line) => {
    const [, mark, id, parent, content] = linePattern.exec(line) ?? [];
    const status = todoStatuses.find((candidate) => marks[candidate] === mark);
    if (id === undefined || content === undefined || status === undefined) return [];
    return [{ id, content, status, ...(parent === undefined ? {} : { parent }) }];
  });
}

/** An id is one word, so that a line can be read back. */
function idOf(id: string): string {
  return id.trim().replaceAll(/[\s():]+/g, "-");
}
