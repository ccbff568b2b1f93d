import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { Question } from "../../../src/tools/asker.ts";
import {
  createTodoList,
  parseTodos,
  renderTodos,
  todosFromHistory,
  todoStatuses,
} from "../../../src/tools/todo-list.ts";
import { openBench, type Bench } from "./tool-harness.ts";

const open: Bench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench[Symbol.asyncDispose]();
});
async function newBench(change: Parameters<typeof openBench>[0] = {}): Promise<Bench> {
  const opened = await openBench(change);
  open.push(opened);
  return opened;
}

test("a plan is written, changed by id and shown", async () => {
  const bench = await newBench();
  const todos = [
    { id: "1", content: "read\nthe code", status: "completed" },
    { id: "2", content: "write", parent: "1" },
  ];
  expect((await bench.call("todo", { todos })).text).toBe("[x] 1: read the code\n[ ] 2 (under 1): write");
  const merged = await bench.call("todo", {
    merge: true,
    todos: [
      { id: 2, status: "in_progress" },
      { id: "3", content: "test" },
    ],
  });
  expect(merged.text).toBe("[x] 1: read the code\n[>] 2 (under 1): write\n[ ] 3: test");
  expect((await bench.call("todo", {})).text).toBe(merged.text);
  expect((await bench.call("todo", { todos: [] })).text).toBe("The list is empty.");
});

test("the list is known again from the last result in the history", () => {
  const result = (text: string, isError = false) => ({
    role: "tool" as const,
    callId: "c",
    name: "todo",
    text,
    isError,
  });
  const history = [result("[ ] 1: a"), result("[x] 1: a\n[-] 2 (under 1): b: c"), result("todo: broken", true)];
  expect(createTodoList(todosFromHistory(history)).read()).toEqual([
    { id: "1", content: "a", status: "completed" },
    { id: "2", content: "b: c", status: "cancelled", parent: "1" },
  ]);
  expect(todosFromHistory([])).toEqual([]);
});

test("whatever is in a list, what is shown reads back the same", () => {
  const todo = fc.record({
    id: fc.string({ minLength: 1 }),
    content: fc.string(),
    status: fc.constantFrom(...todoStatuses),
  });
  fc.assert(
    fc.property(fc.array(todo, { maxLength: 5 }), (todos) => {
      const shown = renderTodos(todos.filter(({ id }) => id.trim() !== ""));
      expect(renderTodos(parseTodos(shown))).toBe(shown);
    }),
  );
});

test("without anybody to ask, it is told to decide and to say so", async () => {
  const bench = await newBench();
  expect(await bench.call("clarify", { questions: [{ question: "Which?" }] })).toEqual({
    isError: false,
    text: "Nobody can answer now. Decide yourself, go on, and state what you assumed in your answer.",
  });
});

test("questions reach the person and answers the model", async () => {
  const asked: Question[] = [];
  const asker = {
    ask: async (questions: readonly Question[]) => {
      asked.push(...questions);
      return { status: "answered", answers: ["blue"] } as const;
    },
  };
  const bench = await newBench({ asker });
  const questions = [{ question: "Colour?", choices: ["red", "blue"] }, { question: "Why?" }];
  expect((await bench.call("clarify", { questions })).text).toBe("Colour?\n> blue\nWhy?\n> (no answer)");
  expect(asked[0]).toEqual({ question: "Colour?", choices: ["red", "blue"], isMultiSelect: false });
});
