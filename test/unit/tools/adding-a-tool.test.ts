import { readFile, rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { callTool, contextFor, openBench } from "./tool-harness.ts";

const source = new URL("../../../src/", import.meta.url).href;
const page = new URL("../../../docs/adding-a-tool.md", import.meta.url);

test("the example of the page is a tool that works", async () => {
  await using bench = await openBench();
  const [, code = ""] = /```ts\n(.*?)```/s.exec(await readFile(page, "utf8")) ?? [];
  // beside this test, so that nothing that reads `src/` meanwhile sees a file that is not part of it
  const example = new URL(`example-${process.pid}.ts`, import.meta.url);
  const moved = code.replaceAll('from "./', `from "${source}tools/`).replaceAll('from "../', `from "${source}`);
  await writeFile(example, moved);
  try {
    const { createCountWordsTool } = await import(example.href);
    const tool = createCountWordsTool();
    await bench.write({ a: "one two\nthree" });
    expect(await callTool(tool, { path: "a" }, contextFor(bench.workspace))).toEqual({
      text: "3 words",
      isError: false,
    });
    expect(await callTool(tool, { path: "b" }, contextFor(bench.workspace))).toEqual({
      text: "There is no file b.",
      isError: true,
    });
  } finally {
    await rm(example, { force: true });
  }
});
