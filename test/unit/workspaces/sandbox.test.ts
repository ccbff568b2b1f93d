import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Workspace } from "../../../src/protocol/workspace.ts";
import { usualPrograms } from "../../../src/workspaces/local/bubblewrap.ts";
import { createLocalTransport } from "../../../src/workspaces/local/local-transport.ts";
import { createLocalWorkspace } from "../../../src/workspaces/local/local-workspace.ts";
import { Sandbox, type SandboxOptions } from "../../../src/workspaces/local/sandbox.ts";
import { bubblewrapEngine } from "../../bubblewrap-engine.ts";
import { runIn, textOf } from "../../contract/shell-lab.ts";
import { describeWith } from "../../describe-with.ts";

const broken = "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2; exit 1\n";

let folder: string;
let notices: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hermes-sandbox-"));
  for (const name of ["root", "home", "state"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "home", "hermes.db"), "secret rows");
  notices = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const plainly = { timeoutMs: 20_000, maxOutputBytes: 1e6, signal: new AbortController().signal };
const at = (path: string): string => join(folder, path);

function sandboxOf(change: Partial<SandboxOptions> = {}): Sandbox {
  const hidden = [at("home"), at("state")];
  return new Sandbox({ mode: "auto", hidden, notice: (text) => void notices.push(text), ...change });
}

function open(sandbox: Sandbox): Promise<Workspace> {
  return createLocalWorkspace({ root: at("root"), env: process.env, sandbox, sessionFolder: at("state/a/one") });
}

function program(content: string): readonly string[] {
  writeFileSync(at("bwrap"), content);
  chmodSync(at("bwrap"), 0o755);
  return [at("bwrap")];
}

describe("where bubblewrap does not work", () => {
  test("auto runs without it and says so once, with the reason and the fix; also in the next process", async () => {
    const options = { programs: program(broken), record: at("home/sandbox.json") };
    for (const sandbox of [sandboxOf(options), sandboxOf(options)]) {
      await using workspace = await open(sandbox);
      expect(textOf(await runIn(workspace)("echo here"))).toBe("here\n");
    }
    expect(notices).toEqual([
      "Commands run without a sandbox: bubblewrap does not work here (bwrap: setting up uid map: Permission denied). " +
        "To have one, allow unprivileged user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0, " +
        "kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0; in a container, its own rights); " +
        "to do without, " +
        "hermes config set workspaces.local.sandbox off.",
    ]);
  });

  test("another reason is told again", async () => {
    const record = at("home/sandbox.json");
    for (const programs of [program(broken), []]) {
      await using workspace = await open(sandboxOf({ programs, record }));
      await runIn(workspace)("true");
    }
    expect(notices.map((text) => text.slice(0, 72))).toEqual([
      "Commands run without a sandbox: bubblewrap does not work here (bwrap: se",
      `Commands run without a sandbox: ${process.platform === "linux" ? "bubblewrap is not installed. To have one" : "bubblewrap does not exist for darwin. To"}`,
    ]);
  });

  test("required runs nothing", async () => {
    await using workspace = await open(sandboxOf({ programs: [], mode: "required" }));
    const refused = {
      code: "workspace-unavailable",
      message: expect.stringMatching(/^No command is run: workspaces.local.sandbox is required, and bubblewrap .*\.$/),
    };
    await expect(runIn(workspace)("touch ran")).rejects.toMatchObject(refused);
    await expect(workspace.run("touch ran", plainly)).rejects.toMatchObject(refused);
    expect(readdirSync(at("root"))).toEqual([]);
  });

  test("off asks for none and says nothing", async () => {
    await using workspace = await open(sandboxOf({ programs: [], mode: "off" }));
    expect(textOf(await runIn(workspace)(`cat ${at("home/hermes.db")}`))).toBe("secret rows");
    expect(notices).toEqual([]);
  });
});

describeWith(await bubblewrapEngine())("inside the sandbox", () => {
  test("the home and what Hermes keeps are empty, cannot be written, and do not change", async () => {
    mkdirSync(at("state/a/two"), { recursive: true });
    await using workspace = await open(sandboxOf());
    const run = runIn(workspace);
    expect(textOf(await run(`ls -A ${at("home")} ${at("state")} ${at("state/a")}`))).toBe(
      `${at("home")}:\n\n${at("state")}:\na\n\n${at("state/a")}:\none\n`,
    );
    const direct = (command: string) => workspace.run(command, plainly);
    const clean = (command: string) => run(command, { shell: "clean" });
    for (const runThus of [run, clean, direct]) {
      for (const target of ["home/settings.yaml", "home/hermes.db", "state/x", "state/a/x", "state/a/two/state"]) {
        const { output, exitCode } = await runThus(`echo x > ${at(target)}`);
        expect(textOf({ output }), target).toMatch(/Read-only file system|No such file/);
        expect(exitCode, target).toBe(1);
      }
    }
    expect(readdirSync(at("home"))).toEqual(["hermes.db"]);
    expect(readFileSync(at("home/hermes.db"), "utf8")).toBe("secret rows");
    expect(notices).toEqual([]);
  });

  test("there is no way round: other names, other processes, other namespaces, moved folders", async () => {
    await using workspace = await open(sandboxOf());
    const attacks = [
      `ln -s ${at("home")} link; cat link/hermes.db; echo x > link/new`,
      `cat /proc/${process.pid}/root${at("home")}/hermes.db`,
      // root reaches the files of a process that has fewer rights than its own: the one gap that the documents name
      ...(process.getuid?.() === 0 ? [] : [`cat /proc/*/root${at("home")}/hermes.db`]),
      `mount -o remount,rw ${at("home")}; umount -l ${at("home")}; cat ${at("home")}/hermes.db`,
      `unshare -rm sh -c "umount -l ${at("home")}; mount --bind ${folder} /mnt; cat ${at("home")}/hermes.db /mnt/home/hermes.db"`,
      `mv ${at("home")} ${at("home2")}; mv ${folder} ${folder}-2; mkdir -p ${at("home")}; echo x > ${at("home/new")}`,
      `rm -rf ${at("home")}`,
    ];
    for (const attack of attacks) expect(textOf(await runIn(workspace)(`{ ${attack}; } 2>&1`))).not.toContain("secret");
    expect(existsSync(`${folder}-2`)).toBe(false);
    expect(readdirSync(at("home"))).toEqual(["hermes.db"]);
  });

  test("a link that a command puts in place of a file or folder of its session leads nowhere", async () => {
    writeFileSync(at("home/leak.out"), "secret rows");
    const jobs = at("state/a/one/jobs");
    const links = `for each in ${jobs}/*.out ${jobs}/../folder; do ln -sf ${at("home/hermes.db")} $each; done`;
    {
      await using workspace = await open(sandboxOf());
      const run = runIn(workspace);
      expect(textOf(await run(`{ ${links}; } 2>&1`))).toBe("");
      await workspace.markTold("hermes.db").catch(() => undefined);
    }
    await using workspace = await open(sandboxOf());
    expect(workspace.shellFolder).toBe(at("root"));
    const { files } = createLocalTransport({ bash: "bash", env: {}, sandbox: undefined, folder: at("state/a/one") });
    symlinkSync(at("home"), at("state/a/one/other"));
    for (const file of ["other/leak.out", "folder", "other"]) {
      expect(await files?.size(at(`state/a/one/${file}`)), file).toBeUndefined();
      expect(await files?.read(at(`state/a/one/${file}`), 0, 99), file).toBeUndefined();
    }
    expect(readdirSync(at("home"))).toEqual(["hermes.db", "leak.out"]);
  });

  test("the rest of the machine is there as it is", async () => {
    await using workspace = await open(sandboxOf());
    const result = await runIn(workspace)(
      `echo 1 > ${at("beside")}; pwd; echo x > in-root; id -u; echo $PPID >/dev/null`,
    );
    expect(textOf(result)).toBe(`${at("root")}\n${process.getuid?.()}\n`);
    expect([readFileSync(at("beside"), "utf8"), readFileSync(at("root/in-root"), "utf8")]).toEqual(["1\n", "x\n"]);
  });

  test("a command has no terminal to type into", async () => {
    await using workspace = await open(sandboxOf());
    expect(textOf(await runIn(workspace)("for n in 0 1 2; do test -t $n && echo $n; done; : 2>&1 </dev/tty"))).toMatch(
      /^[^\n]*\/dev\/tty: No such device or address\n$/,
    );
  });

  test("a job goes on in its own sandbox, and another one finds and ends it", async () => {
    const first = await open(sandboxOf());
    await first.start(`echo x > ${at("home/late")}; sleep 300`, { jobId: "long" });
    await first[Symbol.asyncDispose]();
    await using second = await open(sandboxOf());
    const job = await second.job("long");
    expect(await job?.status()).toEqual({ state: "running" });
    await job?.kill();
    expect(await job?.status()).toEqual({ state: "stopped", exitCode: 143 });
    expect(existsSync(at("home/late"))).toBe(false);
  });

  test("once it has worked here it is never left out by itself", async () => {
    const real = usualPrograms.find((path) => existsSync(path)) ?? "";
    writeFileSync(at("works"), "");
    const programs = program(`#!/bin/sh\nif [ -e ${at("works")} ]; then exec ${real} "$@"; fi\n${broken.slice(10)}`);
    const record = at("home/sandbox.json");
    {
      await using workspace = await open(sandboxOf({ programs, record }));
      await runIn(workspace)("true");
    }
    rmSync(at("works"));
    await using workspace = await open(sandboxOf({ programs, record }));
    for (const run of [runIn(workspace), (command: string) => workspace.run(command, plainly)]) {
      await expect(run("touch ran")).rejects.toMatchObject({
        code: "workspace-unavailable",
        message: expect.stringMatching(/^No command is run: the sandbox worked here before, and .*uid map: Permission/),
      });
    }
    writeFileSync(at("works"), "");
    expect(textOf(await runIn(workspace)("ls -A; echo mended"))).toBe("mended\n");
    expect(notices).toEqual([]);
  });

  test("no other process shows its environment", async () => {
    await using workspace = await open(sandboxOf());
    const mark = `hermes-mark-${process.pid}`;
    const bystander = execFileSync("sh", ["-c", "sleep 60 >/dev/null 2>&1 & echo $!"], {
      env: { MARK: mark, PATH: "/usr/bin:/bin" },
    });
    const pid = Number(bystander.toString());
    try {
      expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toContain(mark);
      const { output } = await runIn(workspace)(
        `cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep -a MARK=; readlink /proc/${process.pid}/fd/0; echo end`,
      );
      expect(textOf({ output })).toBe("end\n");
    } finally {
      process.kill(pid);
    }
  });
});
