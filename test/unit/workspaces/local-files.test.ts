import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFolder } from "../../../src/workspaces/local/local-files.ts";

test("a name that is not UTF-8 is listed, although nothing more can be said of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hermes-names-"));
  writeFileSync(join(folder, "plain"), "x");
  try {
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff])]), "x");
  } catch {
    return; // this file system takes no such name
  }
  const entries = (await readFolder(folder)) ?? [];
  expect(entries.map(({ name, kind }) => `${name} ${kind}`)).toEqual(["bad\uFFFD other", "plain file"]);
});
