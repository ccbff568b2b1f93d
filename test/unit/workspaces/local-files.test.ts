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

test("what /proc tells about Hermes itself is out of reach, whoever permits it and wherever the root is", async () => {
  await using everywhere = await createLocalWorkspace({ root: "/" });
  for (const path of ["/proc/self/environ", `/proc/${process.pid}/mem`, "/proc/thread-self/environ"]) {
    const permitted = everywhere.permitting(await everywhere.plan([path]));
    await expect(permitted.readFile(path)).rejects.toThrow(/about Hermes itself/);
    await expect(everywhere.readFile(path)).rejects.toThrow(/about Hermes itself/);
  }
  expect(Buffer.from((await everywhere.readFile("/proc/sys/kernel/ostype")) ?? []).toString()).toBe("Linux\n");
});
