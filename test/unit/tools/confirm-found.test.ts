import { link, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { confirmFound, type Found } from "../../../src/tools/confirm-found.ts";
import { createWalkingSearch } from "../../../src/tools/walking-search.ts";
import { contextFor, openBench } from "./tool-harness.ts";

function found(path: string, ...lines: readonly (readonly [number, string])[]): Found {
  return { path, hits: lines.map(([line, text]) => ({ path, line, text, column: 0, isContext: false })) };
}

test("only what the workspace reads too is shown: right file, right line, right text", async () => {
  await using bench = await openBench();
  const { root } = bench.workspace;
  await bench.write({ "a.txt": "\uFEFFone\r\ntwo\n\nfour", "wide.txt": Buffer.from("\uFEFFone\ntwo\n", "utf16le") });
  await mkdir(`${root}-far`);
  await writeFile(`${root}-far/far.txt`, "far");
  await symlink(`${root}-far`, join(root, "link"));
  const right = [
    found("a.txt", [1, "one"], [2, "two"]),
    found("a.txt", [3, ""], [4, "four"]),
    found("a.txt"),
    found("wide.txt", [2, "two"]),
  ];
  const wrong = [
    found("a.txt", [1, "one"], [2, "three"]),
    found("a.txt", [5, ""]),
    found("link/far.txt", [1, "far"]),
    found("link/far.txt"),
    found("gone.txt"),
    found("link"),
  ];
  expect(await confirmFound([...right, ...wrong], contextFor(bench.workspace))).toEqual(right);
});

test("a line that begins in one megabyte and ends in the next is whole", async () => {
  await using bench = await openBench();
  const long = "x".repeat(1_500_000);
  await bench.write({ "long.txt": `first\n${long}\nlast\n` });
  const right = [found("long.txt", [2, long]), found("long.txt", [3, "last"])];
  expect(await confirmFound([...right, found("long.txt", [2, `${long}y`])], contextFor(bench.workspace))).toEqual(
    right,
  );
});

test("a search leaves out files with other names, and says so", async () => {
  await using bench = await openBench();
  const { root } = bench.workspace;
  await bench.write({ "a.txt": "needle here\n", far: "needle far\n" });
  await rename(join(root, "far"), `${root}-far`);
  await link(`${root}-far`, join(root, "b.txt"));
  const result = await bench.call("search_files", { pattern: "needle" });
  expect(result.text).toContain("a.txt\n1:needle here");
  expect(result.text).toMatch(/left out|b\.txt could not be read/);
  expect(result.text).not.toContain("far");
  const query = { pattern: "needle", path: ".", fileGlob: undefined, context: 0, isLiteral: false };
  const walked = await createWalkingSearch(bench.workspace).content(query, new AbortController().signal);
  expect(walked?.hits.map(({ path }) => path)).toEqual(["a.txt"]);
  expect(walked?.notes).toEqual(["b.txt could not be read, or may only be read by name (read_file)."]);
});

test("a stop ends it", async () => {
  await using bench = await openBench();
  await bench.write({ "a.txt": "one" });
  const stopped = { ...contextFor(bench.workspace), signal: AbortSignal.abort() };
  await expect(confirmFound([found("a.txt", [1, "one"])], stopped)).rejects.toMatchObject({ code: "stopped" });
});
