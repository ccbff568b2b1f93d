import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalWorkspace } from "../../src/workspaces/local/local-workspace.ts";
import { describeWorkspace } from "./describe-workspace.ts";

describeWorkspace("local", async (env) =>
  createLocalWorkspace({ root: await mkdtemp(join(tmpdir(), "hermes-workspace-")), env }),
);
