import { afterEach, beforeEach, expect, test } from "vitest";
import { openBench, type Bench } from "./tool-harness.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const write = (path: string, content: string) => bench.call("write_file", { path, content });

test("a new file is written with its folders", async () => {
  expect(await write("a/b.txt", "one\ntwo\n")).toEqual({ text: "Created a/b.txt: 2 lines, 8 bytes.", isError: false });
  expect(await bench.file("a/b.txt")).toBe("one\ntwo\n");
});

test("what was not read is not overwritten", async () => {
  await bench.write({ a: "precious" });
  expect(await write("a", "x")).toEqual({
    text: "a exists and was not read in this session. Read it first, then write it.",
    isError: true,
  });
  await bench.call("read_file", { path: "a" });
  expect((await write("a", "x")).isError).toBe(false);
  expect((await write("a", "y")).isError).toBe(false);
  expect(await bench.file("a")).toBe("y");
});

test("what somebody else changed since is not overwritten, a new date alone is no change", async () => {
  await bench.write({ a: "old" });
  await bench.call("read_file", { path: "a" });
  await bench.write({ a: "old" });
  expect((await write("a", "mine")).isError).toBe(false);
  await bench.write({ a: "thei" });
  expect((await write("a", "mine again")).text).toContain("changed since");
  expect(await bench.file("a")).toBe("thei");
});

test("a file is the same under another name", async () => {
  await bench.write({ "d/a": "old" });
  await bench.call("read_file", { path: "./d/../d/a" });
  expect((await write("d/a", "new")).isError).toBe(false);
});

test("the encoding of a file is kept, and what it cannot hold is refused", async () => {
  await bench.write({ a: Buffer.from("na\xefve", "latin1"), b: Buffer.from("\ufeffx", "utf16le") });
  for (const path of ["a", "b"]) await bench.call("read_file", { path });
  await write("a", "é");
  await write("b", "é😀");
  expect((await bench.workspace.readFile("a"))?.toString()).toBe(Buffer.from("é", "latin1").toString());
  expect(Buffer.from((await bench.workspace.readFile("b")) ?? "").toString("utf16le")).toBe("\ufeffé😀");
  expect((await write("a", "€")).text).toContain("cannot hold");
});

test.each([
  ["a.json", '{"a": 1}', '{"a": 1,}'],
  ["a.yaml", "a: [1]\n", "a: [1\nb: 2\n"],
  ["a.sh", "if true; then echo; fi\n", "if true; then echo\n"],
  ["a.py", "x = 1\n", "def f(:\n  pass\n"],
  ["a.mjs", "export const a = await 1;\n", "export const a = ;\n"],
  ["a.cjs", "module.exports = 1;\n", "module.exports = ;\n"],
  ["a.js", "import a from 'a';\n", "import a from ;\n"],
])(
  "a syntax error that was just made in %s is reported, an old one is not",
  { timeout: 30_000 },
  async (path, good, bad) => {
    expect((await write(path, good)).text).not.toContain("Syntax");
    expect((await write(path, bad)).text).toMatch(/Created|Overwrote.*\nSyntax error: \S+/s);
    expect((await write(path, `${bad} `)).text).not.toContain("Syntax");
  },
);

test("a folder is refused with a sentence", async () => {
  await bench.write({ "d/a": "" });
  expect(await write("d", "x")).toMatchObject({ isError: true, text: expect.stringContaining("is a folder") });
});
