import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalWorkspace, type LocalWorkspaceOptions } from "../../src/workspaces/local/local-workspace.ts";
import { describeWorkspace, describeWorkspaceFiles, type OpenWorkspace } from "./describe-workspace.ts";

const open =
  (options: Partial<LocalWorkspaceOptions>): OpenWorkspace =>
  async (env) =>
    createLocalWorkspace({ root: await mkdtemp(join(tmpdir(), "hermes-workspace-")), env, ...options });

describeWorkspace("local", open({}));
describeWorkspaceFiles("local, where there is no /proc", open({ holdFiles: "by-name" }));
