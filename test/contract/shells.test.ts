import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { AgentError } from "../../src/protocol/agent-error.ts";
import { createLocalWorkspace } from "../../src/workspaces/local/local-workspace.ts";
import type { Channel, Transport } from "../../src/workspaces/session/transport.ts";
import { Sandbox } from "../../src/workspaces/local/sandbox.ts";
import { bubblewrapEngine } from "../bubblewrap-engine.ts";
import { describeWith } from "../describe-with.ts";
import { describeShell } from "./describe-shell.ts";
import { runIn, textOf, type ShellPlace } from "./shell-lab.ts";

describeShell("local", () => localPlace((transport) => transport));
// what other backends have: no file of the place can be read but through the shell
describeShell("local, through the channel alone", () =>
  localPlace((local) => ({
    backend: local.backend,
    run: (script, stdin) => local.run(script, stdin),
    open: () => local.open(),
  })),
);

describeWith(await bubblewrapEngine())("in the sandbox", () => {
  describeShell("local, in the sandbox", () => localPlace((transport) => transport, true));
});

test.each(["kept", "temporary"])(
  "a place in which no command runs starts no process and makes no folder: %s",
  async (kind) => {
    const parent = mkdtempSync(join(tmpdir(), "hermes-lazy-"));
    const asked: string[] = [];
    const transport = (local: Transport): Transport => ({
      ...local,
      run: (script) => (asked.push("run"), local.run(script)),
      open: () => (asked.push("open"), local.open()),
    });
    const sessionFolder = kind === "kept" ? { sessionFolder: join(parent, "state", "s") } : {};
    vi.stubEnv("TMPDIR", parent);
    const workspace = await createLocalWorkspace({ root: parent, env: process.env, ...sessionFolder, transport });
    await workspace.writeFile("a", Buffer.from("x"));
    expect(await workspace.jobs()).toEqual([]);
    expect(workspace.shellFolder).toBe(workspace.root);
    await workspace[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
    expect([asked, readdirSync(parent)]).toEqual([[], ["a"]]);
    rmSync(parent, { recursive: true, force: true });
  },
);

const disk = mkdtempSync(join(tmpdir(), "hermes-disk-"));
const isMounted = mount();
afterAll(() => {
  if (isMounted) execFileSync("/bin/umount", ["-l", disk]);
  rmSync(disk, { recursive: true, force: true });
});

describeWith({ name: "a small disk", isThere: isMounted, howToInstall: "run the tests as root" })("a full disk", () => {
  test("is said; the state before it stays, and all goes on when there is room", async () => {
    await using workspace = await createLocalWorkspace({
      root: tmpdir(),
      env: process.env,
      sessionFolder: `${disk}/s`,
    });
    const run = runIn(workspace);
    await run("A=1");
    expect(await run("A=2; seq 1 100000000")).toMatchObject({ status: "finished", exitCode: 1 });
    await expect(run("echo $A; A=3")).rejects.toMatchObject({
      code: "file-failed",
      message: expect.stringContaining("full"),
    });
    execFileSync("bash", ["-c", `rm ${disk}/s/jobs/*.out`]);
    expect(textOf(await run("echo $A"))).toBe("1\n");
  });
});

/** A real file system of 400 kB; only root may make one. */
function mount(): boolean {
  try {
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

async function localPlace(limit: (transport: Transport) => Transport, isSandboxed = false): Promise<ShellPlace> {
  const parent = await mkdtemp(join(tmpdir(), "hermes-shell-"));
  const folder = join(parent, "session");
  const root = await mkdtemp(join(tmpdir(), "hermes-root-"));
  const channels: Channel[] = [];
  let isCut = false;
  const transport = (local: Transport): Transport => ({
    ...limit(local),
    open: async () => {
      if (isCut) throw new AgentError("workspace-unavailable", "The place is away.");
      const channel = await local.open();
      channels.push(channel);
      return channel;
    },
  });
  return {
    sessionFolder: folder,
    open: () =>
      createLocalWorkspace({
        root,
        env: { ...process.env, HERMES_HOME: "/h" },
        sessionFolder: folder,
        transport,
        ...(isSandboxed ? { sandbox: requiredSandbox(parent) } : {}),
      }),
    cut: (forGood) => {
      isCut = forGood === "forGood";
      for (const channel of channels.splice(0)) channel.close();
    },
    remove: async () => {
      await rm(parent, { recursive: true, force: true });
      await rm(root, { recursive: true, force: true });
    },
  };
}

function requiredSandbox(hidden: string): Sandbox {
  const notice = (text: string): void => {
    throw new Error(text);
  };
  return new Sandbox({ mode: "required", hidden: [hidden], notice });
}
