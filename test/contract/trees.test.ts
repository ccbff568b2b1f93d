import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createLocalTree } from "../../src/workspaces/local/local-tree.ts";
import { describeTree } from "./describe-tree.ts";

const execute = promisify(execFile);

describeTree("local", async () => {
  const parent = await realpath(await mkdtemp(join(tmpdir(), "hermes-tree-")));
  const root = join(parent, "root");
  await mkdir(root);
  return {
    tree: createLocalTree({ root, ownFolders: [] }),
    run: async (script) => (await execute("bash", ["-c", script], { cwd: root })).stdout,
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  };
});
