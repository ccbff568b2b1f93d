import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readKeptFile } from "../../../src/workspaces/local/read-kept-file.ts";

const folder = mkdtempSync(join(tmpdir(), "hermes-kept-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("only a plain file is read: no link is followed, no pipe is waited for", async () => {
  writeFileSync(join(folder, "plain"), "0\n");
  symlinkSync(join(folder, "plain"), join(folder, "link"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  mkdirSync(join(folder, "folder"));
  const names = ["plain", "link", "pipe", "folder", "missing", "plain/below"];
  const read = await Promise.all(names.map((name) => readKeptFile(join(folder, name))));
  expect(read).toEqual(["0\n", undefined, undefined, undefined, undefined, undefined]);
});
