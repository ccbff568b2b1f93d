import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLocalWorkspace } from "../../../src/workspaces/local/local-workspace.ts";

test("a name that is not UTF-8 is listed, although nothing more can be said of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hermes-names-"));
  writeFileSync(join(folder, "plain"), "x");
  try {
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff])]), "x");
  } catch {
    return; // this file system takes no such name
  }
  await using workspace = await createLocalWorkspace({ root: folder });
  const entries = (await workspace.readFolder(".")) ?? [];
  expect(entries.map(({ name, kind }) => `${name} ${kind}`)).toEqual(["bad\uFFFD other", "plain file"]);
});
