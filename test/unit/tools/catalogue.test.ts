import { readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemPrompt } from "../../../src/agent/system-prompt.ts";
import type { Json } from "../../../src/protocol/json.ts";
import { toolCatalogue } from "../../../src/tools/catalogue.ts";
import { openBench, toolNamed, type Bench } from "./tool-harness.ts";

const golden = new URL("../../goldens/tools.json", import.meta.url);
const maxBytes = 6_500;

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const specs = () => Object.keys(toolCatalogue).map((name) => toolNamed(name, bench.parts).spec);

test("what the model is told is the golden file, and costs less than 6.5 kB", async () => {
  if (process.env["UPDATE_GOLDENS"] === "1") await writeFile(golden, `${JSON.stringify(specs(), undefined, 2)}\n`);
  const kept: unknown = JSON.parse(await readFile(golden, "utf8"));
  expect(specs()).toEqual(kept);
  expect(JSON.stringify(specs())).toBe(JSON.stringify(kept)); // the order of keys is part of the prompt's prefix
  expect(Buffer.byteLength(JSON.stringify(specs()))).toBeLessThanOrEqual(maxBytes);
});

test("system prompt and tools of a first request stay within 10 kB", () => {
  const prefix = systemPrompt({
    identity: undefined,
    tools: specs(),
    backend: "local",
    root: "/home/somebody/projects/something",
    operatingSystem: "linux 6.18.0",
    date: "2026-01-01",
    isUnattended: true,
    projectContext: [],
  });
  expect(Buffer.byteLength(JSON.stringify(prefix))).toBeLessThanOrEqual(10_000);
});

test("every tool is called as the catalogue calls it", () => {
  expect(specs().map(({ name }) => name)).toEqual(Object.keys(toolCatalogue));
});

test.each<[string, Json]>([
  [
    "terminal",
    {
      command: "ls",
      background: false,
      timeout: 5,
      workdir: ".",
      pty: true,
      notify_on_complete: true,
      watch_patterns: ["x"],
    },
  ],
  ["process", { action: "wait", session_id: "x", data: "y", timeout: 5, limit: 10, offset: 0 }],
  ["read_file", { path: "a", offset: 1, limit: 2000 }],
  ["write_file", { path: "a", content: "x", cross_profile: false }],
  ["patch", { mode: "replace", path: "a", old_string: "x", new_string: "y", replace_all: false, cross_profile: false }],
  [
    "search_files",
    {
      pattern: "x",
      target: "content",
      path: ".",
      file_glob: "*",
      limit: 50,
      offset: 0,
      output_mode: "content",
      context: 0,
    },
  ],
  ["todo", { todos: [{ id: "1", content: "x", status: "pending", parent: "0" }], merge: false }],
  ["clarify", { questions: [{ question: "x", choices: ["a"], multi_select: false }] }],
  [
    "session_search",
    {
      query: "x",
      limit: 3,
      sort: "newest",
      detail: "full",
      session_id: "s",
      around_message_id: "m",
      window: 5,
      role_filter: "user,assistant",
      profile: "p",
      scope: "all",
    },
  ],
])("%s takes every parameter of the original", (name, input) => {
  expect(toolNamed(name, bench.parts).parse(input).ok).toBe(true);
});

test.each<[string, Json, Json]>([
  ["read_file", { path: "a", offset: "7", limit: 3 }, { path: "a", offset: 7, limit: 3 }],
  ["read_file", '{"path":"a"}', { path: "a", offset: 1, limit: 2000 }],
  ["read_file", { file_path: "a", unknown: 1, offset: null }, { path: "a", offset: 1, limit: 2000 }],
  ["write_file", { path: "a", content: 5 }, { path: "a", content: "5" }],
  ["write_file", { path: "a", content: "true" }, { path: "a", content: "true" }],
  [
    "patch",
    { path: "a", old_string: "1", new_string: "{}", replace_all: "True" },
    { path: "a", old_string: "1", new_string: "{}", replace_all: true },
  ],
  ["todo", { todos: '[{"id":1,"content":"x"}]' }, { todos: [{ id: "1", content: "x" }], merge: false }],
])("%s understands %j", (name, input, expected) => {
  expect(toolNamed(name, bench.parts).parse(input)).toEqual({ ok: true, input: expected });
});

test.each<[string, Json, string]>([
  ["read_file", {}, "read_file: path is missing. Its parameters: path, offset, limit, start_byte."],
  [
    "read_file",
    { path: "a", offset: "two" },
    "read_file: offset must be a number. Its parameters: path, offset, limit, start_byte.",
  ],
  [
    "read_file",
    { path: "a", offset: 0 },
    "read_file: offset must be at least 1. Its parameters: path, offset, limit, start_byte.",
  ],
  [
    "write_file",
    { path: "a", content: { a: 1 } },
    "write_file: content must be a string. Its parameters: path, content.",
  ],
  [
    "search_files",
    { pattern: "a", target: "names" },
    "search_files: target must be one of content, files. Its parameters: pattern, target, path, file_glob, limit, offset, output_mode, context.",
  ],
  ["clarify", { questions: [] }, "clarify: questions must be at least 1 entries. Its parameters: questions."],
  ["read_file", "a.txt", 'read_file takes an object of parameters, not "a.txt".'],
])("%s explains %j", (name, input, problem) => {
  expect(toolNamed(name, bench.parts).parse(input)).toEqual({ ok: false, problem });
});
