import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FileSearch } from "../../../src/tools/file-search.ts";
import { createRipgrepSearch } from "../../../src/tools/ripgrep-search.ts";
import { createWalkingSearch } from "../../../src/tools/walking-search.ts";
import { openBench, type Bench } from "./tool-harness.ts";

const never = new AbortController().signal;
const tree = {
  "a.ts": "needle one\nnothing\nNeedle two\n",
  "b.js": "x\r\nneedle crlf\r\n",
  "no-newline": "needle",
  ".hidden/c.ts": "needle hidden",
  ".git/config": "needle git",
  ".gitignore": "*.log\nbuild/\n/top.txt\n!keep.log\n# needle\n",
  "top.txt": "needle ignored",
  "x.log": "needle ignored",
  "keep.log": "needle kept",
  "build/out.ts": "needle ignored",
  "sub/top.txt": "needle below",
  "sub/.gitignore": "local.*\n",
  "sub/local.ts": "needle ignored",
  "sub/deep/local.md": "needle ignored",
  "sub/deep/d.ts": "ünïcode needle\n-v needle\n(needle)\n",
  "sub/a b.ts": "needle space",
  "zero.bin": "needle\0needle",
  "long.min.js": `${"y".repeat(5_000)}needle${"z".repeat(5_000)}`,
  empty: "",
};

const contentCases = [
  { pattern: "needle" },
  { pattern: "needle", context: 1 },
  { pattern: "(?i)NEEDLE t" },
  { pattern: "^needle$" },
  { pattern: "-v needle" },
  { pattern: "\\(needle\\)" },
  { pattern: "(needle", isLiteral: true },
  { pattern: "n[e]{2}dle (one|two)" },
  { pattern: "needle", path: "sub" },
  { pattern: "needle", path: "sub/deep/d.ts" },
  { pattern: "needle", fileGlob: "*.ts" },
  { pattern: "needle", fileGlob: "*.{ts,js}" },
  { pattern: "needle", fileGlob: "sub/**/*.ts" },
  { pattern: "needle", path: "sub", fileGlob: "deep/*" },
  { pattern: "needle", fileGlob: "[ab].?s" },
  { pattern: "ünï" },
  { pattern: "crlf$" },
  { pattern: "absent" },
  { pattern: "(unclosed" },
  { pattern: "it's" },
];

describe("both engines see the same", () => {
  let bench: Bench;
  let engines: readonly FileSearch[];
  beforeEach(async () => {
    bench = await openBench();
    await bench.write(tree);
    await symlink(".", join(bench.workspace.root, "loop"));
    await symlink("a.ts", join(bench.workspace.root, "linked.ts"));
    await symlink("nowhere", join(bench.workspace.root, "broken"));
    const ripgrep = await createRipgrepSearch(bench.workspace, never);
    engines = [createWalkingSearch(bench.workspace), ...(ripgrep === undefined ? [] : [ripgrep])];
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  test.each(contentCases)("content: %j", async (change) => {
    const query = { path: ".", fileGlob: undefined, context: 0, isLiteral: false, ...change };
    const results = await Promise.all(engines.map((engine) => engine.content(query, never)));
    for (const other of results.slice(1)) expect(other).toEqual(results[0]);
    const shown = results[0]?.hits.map(
      ({ path, line, text, isContext }) => `${path}${isContext ? "-" : ":"}${line} ${text.slice(0, 30)}`,
    );
    expect(shown).toMatchSnapshot();
  });

  test.each([".", "sub", "./sub/", "a.ts"])("files below %j", async (path) => {
    const results = await Promise.all(engines.map((engine) => engine.files(path, never)));
    for (const other of results.slice(1)) expect(other).toEqual(results[0]);
    expect(results[0]).toMatchSnapshot();
  });
});

describe("what the model reads", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    await bench.write(tree);
  });
  afterEach(() => bench[Symbol.asyncDispose]());
  const search = async (input: Record<string, string | number>) => (await bench.call("search_files", input)).text;

  test("matches stand under their file and are paged", async () => {
    expect(await search({ pattern: "needle", limit: 2, path: "sub" })).toBe(
      "[1-2 of 5 matches in 3 files; go on with offset=2]\nsub/a b.ts\n1:needle space\nsub/deep/d.ts\n1:ünïcode needle",
    );
    expect(await search({ pattern: "needle", limit: 2, offset: 2, path: "sub" })).toBe(
      "[3-4 of 5 matches in 3 files; go on with offset=4]\nsub/deep/d.ts\n2:-v needle\n3:(needle)",
    );
    expect(await search({ pattern: "nothing", context: 1 })).toBe(
      "[1-1 of 1 matches in 1 file]\na.ts\n1-needle one\n2:nothing\n3-Needle two",
    );
  });

  test("a line of 10 kB is shown around its match", async () => {
    const text = await search({ pattern: "yneedlez" });
    expect(text.length).toBeLessThan(400);
    expect(text).toContain("yneedlez");
  });

  test("files and counts", async () => {
    expect(await search({ pattern: "needle", output_mode: "files_only", file_glob: "*.js" })).toBe(
      "[1-2 of 2 files]\nb.js\nlong.min.js",
    );
    expect(await search({ pattern: "needle", output_mode: "count", path: "sub/deep" })).toBe(
      "[1-1 of 1 files]\nsub/deep/d.ts: 3",
    );
    expect(await search({ pattern: "*.ts", target: "files", path: "sub" })).toBe(
      "[1-2 of 2 files]\nsub/a b.ts\nsub/deep/d.ts",
    );
    expect(await search({ pattern: "deep", target: "files" })).toBe("No match for deep.");
  });

  test("a pattern that is no expression is searched as text, which is said", async () => {
    expect(await search({ pattern: "(needle" })).toBe(
      '"(needle" is not a valid regular expression; it was searched for as plain text.\n[1-1 of 1 matches in 1 file]\nsub/deep/d.ts\n3:(needle)',
    );
  });

  test("an expression that would take for ever is given up", async () => {
    await bench.write({ "evil.txt": `${"a".repeat(40)}!` });
    const engine = createWalkingSearch(bench.workspace);
    const query = { pattern: "^(a+)+$", path: "evil.txt", fileGlob: undefined, context: 0, isLiteral: false };
    expect(await engine.content(query, never)).toEqual({
      hits: [],
      notes: ["evil.txt: the pattern took too long on it."],
    });
  });

  test("a folder that is not there gets its nearest name", async () => {
    expect(await search({ pattern: "x", path: "subb" })).toBe("There is no subb to search. Did you mean sub?");
  });
});
