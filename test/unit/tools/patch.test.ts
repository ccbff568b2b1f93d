import { afterEach, beforeEach, expect, test } from "vitest";
import { AgentError } from "../../../src/protocol/agent-error.ts";
import { openBench, toolNamed, type Bench } from "./tool-harness.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const replace = (path: string, ...[oldString, newString, more]: readonly [string, string, object?]) =>
  bench.call("patch", { path, old_string: oldString, new_string: newString, ...more });
const v4a = (...lines: readonly string[]) =>
  bench.call("patch", { mode: "patch", patch: ["*** Begin Patch", ...lines, "*** End Patch"].join("\n") });

test("one place is replaced and shown", async () => {
  await bench.write({ "a.txt": "one\ntwo\nthree\nfour\nfive\n" });
  expect((await replace("a.txt", "three", "3")).text).toBe(
    "Changed a.txt\n@@ -1 +1 @@\n one\n two\n-three\n+3\n four\n five",
  );
  expect(await bench.file("a.txt")).toBe("one\ntwo\n3\nfour\nfive\n");
});

test("between two places it does not choose, and says where they are", async () => {
  await bench.write({ a: "x = 1\ny\nx = 1\n" });
  expect((await replace("a", "x = 1", "x = 2")).text).toBe(
    "Nothing was changed: a: old_string stands in 2 places, at lines 1, 3; add lines around it until it is one.",
  );
  expect((await replace("a", "x = 1", "x = 2", { replace_all: "true" })).isError).toBe(false);
  expect(await bench.file("a")).toBe("x = 2\ny\nx = 2\n");
});

test.each([
  ["trailing spaces", "a  \nb\t\n", "a\nb\n", "c\n", "c\n"],
  ["indentation", "  if x:\n    y\n", "if x:\n  y", "if z:\n  y\n  w", "  if z:\n    y\n    w\n"],
  ["quotes and dashes", "say “hi” – now\n", 'say "hi" - now', "bye", "bye\n"],
])(
  "%s do not matter when nothing matches exactly, and that is said",
  async (...[how, before, oldString, newString, after]) => {
    await bench.write({ a: before });
    expect((await replace("a", oldString, newString)).text).toContain(`matched without regard to ${how}`);
    expect(await bench.file("a")).toBe(after);
  },
);

test.each([
  ["two loose places", "  x\ny\n    x\n", "\tx", "z"],
  ["indentation that differs by line", "  a\n        b\n", "a\n b", "c"],
  ["text that is not there", "a\n", "b", "c"],
  ["nothing to look for", "a\n", "", "c"],
])("%s are refused and the file stays", async (...[, before, oldString, newString]) => {
  await bench.write({ a: before });
  expect(await replace("a", oldString, newString)).toMatchObject({
    isError: true,
    text: expect.stringMatching(/^Nothing was changed: /),
  });
  expect(await bench.file("a")).toBe(before);
});

test("CRLF, a byte order mark, a missing last newline and latin1 stay as they were", async () => {
  await bench.write({ a: "\ufeffone\r\ntwo\r\nthree", b: Buffer.from("caf\xe9\nx", "latin1") });
  await replace("a", "one\ntwo", "1\n2\n2b");
  await v4a("*** Update File: a", "@@", " 2b", "-three", "+3");
  await replace("b", "x", "é");
  expect(await bench.file("a")).toBe("\ufeff1\r\n2\r\n2b\r\n3");
  expect(Buffer.from((await bench.workspace.readFile("b")) ?? "").toString("latin1")).toBe("caf\xe9\n\xe9");
});

test("a V4A patch updates, adds, deletes and moves", async () => {
  await bench.write({ a: "def f():\n  x\n\ndef g():\n  x\n", b: "old\n", c: "keep\n" });
  const { text, isError } = await v4a(
    "*** Update File: a",
    "@@ def g():",
    "-  x",
    "+  y",
    "*** Add File: n/new",
    "+one",
    "+",
    "+two",
    "*** Delete File: b",
    "*** Update File: c",
    "*** Move to: d/c",
    "@@",
    "-keep",
    "+kept",
  );
  expect({ text: text.split("\n").filter((line) => /^[CR]/.test(line)), isError }).toEqual({
    text: ["Changed a", "Created n/new", "Removed b", "Created d/c", "Removed c"],
    isError: false,
  });
  expect(await bench.file("a")).toBe("def f():\n  x\n\ndef g():\n  y\n");
  expect(await bench.file("n/new")).toBe("one\n\ntwo\n");
  expect(await bench.file("d/c")).toBe("kept\n");
  expect((await bench.workspace.readFolder("."))?.map(({ name }) => name)).toEqual(["a", "d", "n"]);
});

test("insertions stand where the anchor or the end says", async () => {
  await bench.write({ a: "one\ntwo\n", b: "open" });
  await v4a("*** Update File: a", "@@ one", "+one and a half", "*** Update File: b", "@@", "+end", "*** End of File");
  expect(await bench.file("a")).toBe("one\none and a half\ntwo\n");
  expect(await bench.file("b")).toBe("open\nend");
});

test("one bad hunk, and no file is touched", async () => {
  await bench.write({ a: "one\n", b: "two\n" });
  const { text } = await v4a(
    "*** Update File: a",
    "-one",
    "+1",
    "*** Add File: c",
    "+x",
    "*** Update File: b",
    "-three",
    "+3",
  );
  expect(text).toBe("Nothing was changed: b: hunk 1 of 1: these lines are not in the file:\nthree.");
  expect([await bench.file("a"), await bench.file("b"), await bench.workspace.stat("c")]).toEqual([
    "one\n",
    "two\n",
    undefined,
  ]);
});

test("when a later write fails, the earlier ones are taken back", async () => {
  await bench.write({ a: "one\n", b: "two\n" });
  const full = new AgentError("file-failed", "Cannot write: the disk is full.");
  const workspace = {
    ...bench.workspace,
    writeFile: (path: string, bytes: Uint8Array) =>
      path.endsWith("/b") ? Promise.reject(full) : bench.workspace.writeFile(path, bytes),
  };
  const patch =
    "*** Begin Patch\n*** Update File: a\n-one\n+1\n*** Add File: c\n+x\n*** Update File: b\n-two\n+2\n*** End Patch";
  expect(await bench.call("patch", { patch }, { workspace })).toEqual({
    isError: true,
    text: "Nothing was changed: Cannot write: the disk is full.",
  });
  expect([await bench.file("a"), await bench.workspace.stat("c")]).toEqual(["one\n", undefined]);
});

test.each([
  [["*** Update File: a", "one"], /begins with neither space, \+ nor -/],
  [["*** Update File: a", "@@ nowhere", "-one", "+1"], /the line after @@ is not in the file/],
  [["*** Update File: a", "-x", "+y"], /hunk 1 of 1: its old lines stands in 2 places/],
  [["*** Update File: a", "+y"], /only \+ lines/],
  [["*** Update File: none", "-x", "+y"], /none does not exist/],
  [["*** Add File: a", "+y"], /a exists/],
  [["*** Update File: a", "-one", "+1", "*** Delete File: a"], /named twice/],
  [["stray"], /stands before the first/],
  [[], /names no file/],
])("%j is explained", async (lines, problem) => {
  await bench.write({ a: "one\nx\nx\n" });
  expect((await v4a(...lines)).text).toMatch(problem);
  expect(await bench.file("a")).toBe("one\nx\nx\n");
});

test("a file that changed since it was read is not patched; a new syntax error is told", async () => {
  await bench.write({ "a.json": '{"a": 1}' });
  expect((await replace("a.json", "1", "1,")).text).toContain("Syntax error: ");
  await bench.write({ "a.json": '{"a": 1, "b": 2}' });
  expect((await replace("a.json", '"b"', '"c"')).text).toContain("changed since");
});

test("what it names is known before it runs", () => {
  const patch = "*** Begin Patch\n*** Update File: a\n*** Move to: /etc/b\n-x\n+y\n*** Add File: c\n+x\n*** End Patch";
  expect(intentOf({ patch })).toEqual({ effect: "write", subject: "a /etc/b c", paths: ["a", "/etc/b", "c"] });
  expect(intentOf({ path: "x", old_string: "a", new_string: "b" })).toEqual({
    effect: "write",
    subject: "x",
    paths: ["x"],
  });
});

function intentOf(input: Record<string, string>) {
  return toolNamed("patch", bench.parts).intentOf(input);
}
