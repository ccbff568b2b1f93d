import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeFileReach } from "./describe-file-reach.ts";
import type { CommandResult, RunOptions, Workspace } from "../../src/protocol/workspace.ts";

/** What a backend gives to the suite: a fresh workspace on an empty root, opened with this environment. */
export type OpenWorkspace = (env: Readonly<Record<string, string>>) => Promise<Workspace>;

const secrets = {
  HERMES_HOME: "/h",
  ANTHROPIC_API_KEY: "k",
  OPENAI_API_KEY: "k",
  MY_TOKEN: "k",
  HTTPS_PROXY: "http://u:p@h",
  BASH_ENV: "/e",
  ENV: "/e",
  PROMPT_COMMAND: "id",
  LD_PRELOAD: "/l",
  NODE_OPTIONS: "-r x",
  PYTHONSTARTUP: "/p",
  PERL5OPT: "-x",
  GIT_EXTERNAL_DIFF: "x",
  GIT_SSH_COMMAND: "x",
  JAVA_TOOL_OPTIONS: "x",
  RUBYOPT: "x",
  PYTHONPATH: "/x",
  ...Object.fromEntries(
    (
      "NODE_PATH NODE_REPL_EXTERNAL_MODULE PYTHONHOME PYTHONBREAKPOINT PYTHONINSPECT PYTHONWARNINGS RUBYLIB PERL5LIB PERL5DB " +
      "_JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH MAVEN_OPTS GRADLE_OPTS LD_LIBRARY_PATH LD_AUDIT DYLD_INSERT_LIBRARIES " +
      "GIT_CONFIG_GLOBAL GIT_PAGER GIT_EDITOR GIT_ASKPASS GIT_PROXY_COMMAND GIT_CONFIG_COUNT LUA_INIT PHPRC R_PROFILE " +
      "MAKEFLAGS RUSTC_WRAPPER GOFLAGS GCONV_PATH HOSTALIASES LESSOPEN EDITOR VISUAL PAGER BROWSER SSH_ASKPASS SUDO_ASKPASS " +
      "npm_config_node_options OPENSSL_CONF RIPGREP_CONFIG_PATH DOCKER_HOST CDPATH IFS PS4 SHELLOPTS BASHOPTS GLOBIGNORE"
    )
      .split(" ")
      .map((name) => [name, "hook"]),
  ),
};
const passedOn = { LANG: "C.UTF-8", LC_TIME: "C", TZ: "UTC", TERM: "xterm" };

export function describeWorkspace(name: string, open: OpenWorkspace): void {
  describeOpened(`workspace: ${name}`, open, (_, run) => {
    describeCommands(run);
    describePlace(run);
    describeEnding(run);
    describeEnvironment(run);
  });
  describeWorkspaceFiles(name, open);
}

/** Only the files, for a place whose commands are known to be right. */
export function describeWorkspaceFiles(name: string, open: OpenWorkspace): void {
  describeOpened(`files of a workspace: ${name}`, open, (workspace, run) => {
    describeFiles(workspace, run);
    describePaths(workspace, run);
    describeFileReach(workspace, run);
  });
}

function describeOpened(
  title: string,
  open: OpenWorkspace,
  body: (workspace: () => Workspace, run: Run) => void,
): void {
  describe(title, () => {
    let workspace: Workspace;
    beforeEach(async () => {
      workspace = await open({ PATH: `.:rel:${process.env["PATH"] ?? ""}`, HOME: "/tmp", ...secrets, ...passedOn });
    });
    afterEach(async () => {
      await workspace[Symbol.asyncDispose]();
    });
    body(
      () => workspace,
      (command, options = {}) =>
        workspace.run(command, { timeoutMs: 10_000, maxOutputBytes: 1e6, signal: neverStopped(), ...options }),
    );
  });
}

type Run = (command: string, options?: Partial<RunOptions>) => Promise<CommandResult>;

function neverStopped(): AbortSignal {
  return new AbortController().signal;
}

function textOf(result: CommandResult): string {
  return Buffer.from(result.output).toString();
}

function describeCommands(run: Run): void {
  test.each([0, 1, 9, 127, 255])("exit code %i is a result", async (code) => {
    expect(await run(`exit ${code}`)).toMatchObject({ status: "finished", exitCode: code, droppedBytes: 0 });
  });

  test.each([
    ["TERM", 143],
    ["KILL", 137],
    ["SEGV", 139],
  ])("a command ended by %s exits with 128 + its number", async (signal, code) => {
    expect(await run(`kill -${signal} $$`)).toMatchObject({ status: "finished", exitCode: code });
  });

  test("both streams arrive interleaved as they were written", async () => {
    const script = "for i in 1 2 3 4 5; do echo out$i; echo err$i >&2; done";
    expect(textOf(await run(script))).toBe([1, 2, 3, 4, 5].map((i) => `out${i}\nerr${i}\n`).join(""));
  });

  test("NUL, control characters, invalid UTF-8 and a missing final newline are exact", async () => {
    const result = await run(String.raw`printf 'a\000b\001\377\376\303' ; printf '\r\n\xe2\x82\xac end'`);
    expect(Buffer.from(result.output).toString("hex")).toBe(
      Buffer.concat([Buffer.from("a\0b\u0001"), Buffer.of(255, 254, 195), Buffer.from("\r\n€ end")]).toString("hex"),
    );
  });

  test("of 30 MB the beginning and the end are kept and the rest is counted", async () => {
    const result = await run("echo first; head -c 30000000 /dev/zero; echo last", { maxOutputBytes: 10_000 });
    expect(result.output.length).toBe(10_000);
    expect(result.droppedBytes).toBe(30_000_000 + 11 - 10_000);
    expect(textOf(result).startsWith("first\n\0")).toBe(true);
    expect(textOf(result).endsWith("\0last\n")).toBe(true);
  });

  test("an output of exactly the limit is whole", async () => {
    expect(textOf(await run("printf 0123456789", { maxOutputBytes: 10 }))).toBe("0123456789");
  });

  test("standard input is empty, or what was given, also when nobody reads it", async () => {
    expect(textOf(await run("cat; echo end"))).toBe("end\n");
    expect(textOf(await run("cat", { stdin: Buffer.from("a\0ü") }))).toBe("a\0ü");
    expect((await run("true", { stdin: Buffer.alloc(5_000_000) })).exitCode).toBe(0);
  });
}

function describePlace(run: Run): void {
  test("it runs in the root, or in the folder that is named", async () => {
    await run("mkdir -p sub/deep");
    expect(textOf(await run("basename $PWD", { cwd: "sub/deep" }))).toBe("deep\n");
  });

  test("a missing working folder is said", async () => {
    await expect(run("true", { cwd: "nowhere" })).rejects.toMatchObject({ code: "not-found" });
  });

  test("a lost root is said, and nothing runs anywhere else", async () => {
    await run('rm -rf "$PWD"');
    await expect(run("true")).rejects.toMatchObject({ code: "workspace-lost" });
  });

  test("a NUL or 130 kB in the command are refused with a sentence", async () => {
    await expect(run("echo \0")).rejects.toMatchObject({ code: "bad-usage" });
    await expect(run(`: ${"x".repeat(131_072)}`)).rejects.toMatchObject({ code: "bad-usage" });
  });
}

function describeEnding(run: Run): void {
  test("a timeout kills the whole process group", async () => {
    const result = await run("sleep 300 & echo $!; sleep 300", { timeoutMs: 200 });
    expect(result).toMatchObject({ status: "timed-out", exitCode: 143 });
    expect(textOf(await run(`kill -0 ${textOf(result).trim()} 2>&1 || echo gone`))).toContain("gone");
  });

  test("what ignores TERM gets KILL", async () => {
    const result = await run("trap '' TERM; while :; do sleep 0.1; done", { timeoutMs: 200 });
    expect(result).toMatchObject({ status: "timed-out", exitCode: 137 });
    expect(result.durationMs).toBeLessThan(3_500);
  });

  test("a trap for TERM has time to clean up", async () => {
    const result = await run("trap 'echo cleaned; exit 3' TERM; sleep 300 & wait", { timeoutMs: 200 });
    expect(result).toMatchObject({ status: "timed-out", exitCode: 3 });
    expect(textOf(result)).toBe("cleaned\n");
  });

  test.each(["sleep 300", "trap '' TERM; while :; do sleep 0.1; done", "sleep 300 & trap '' TERM; wait; wait"])(
    "stop ends %j within two seconds",
    async (command) => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 200);
      const startedAt = performance.now();
      expect(await run(command, { signal: stop.signal })).toMatchObject({ status: "stopped" });
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    },
  );

  test("a run that was stopped before it began does not begin", async () => {
    expect(await run("touch began", { signal: AbortSignal.abort() })).toMatchObject({ status: "stopped" });
    expect(textOf(await run("ls"))).toBe("");
  });

  test("a grandchild that holds the pipe is not waited for, and lives on", async () => {
    const result = await run("(for i in 1 2 3 4 5 6; do sleep 0.2; echo tick; done; touch survived) & echo done");
    expect(textOf(result)).toContain("done\n");
    expect(result.durationMs).toBeLessThan(900);
    await expect.poll(async () => textOf(await run("ls")), { timeout: 5_000 }).toBe("survived\n");
  });
}

function describeEnvironment(run: Run): void {
  test("a child sees no key, no HERMES_*, no start-up hook, and what it needs", async () => {
    const seen = textOf(await run("env"));
    const names = seen.split("\n").map((line) => line.slice(0, line.indexOf("=")));
    expect(names.filter((name) => name in secrets)).toEqual([]);
    for (const [name, value] of Object.entries(passedOn)) expect(seen).toContain(`${name}=${value}\n`);
  });

  test("relative entries of PATH are left out", async () => {
    await run("printf '#!/bin/sh\\necho fake' > date; chmod +x date");
    expect(textOf(await run("date"))).not.toBe("fake");
    expect(textOf(await run("echo :$PATH:"))).not.toMatch(/:\.:|:rel:/);
  });
}

function describeFiles(workspace: () => Workspace, run: Run): void {
  test("bytes come back as they were written, in folders that were missing", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await workspace().writeFile("a/b/c.bin", bytes);
    expect(await workspace().readFile("a/b/c.bin").then(hex)).toBe(hex(bytes));
    expect(await workspace().readFile("a/b/c.bin", { offset: 250, length: 100 }).then(hex)).toBe(
      hex(bytes.subarray(250)),
    );
    expect(await workspace().readFile("a/b/c.bin", { offset: 999, length: 5 }).then(hex)).toBe("");
  });

  test("what is missing is undefined", async () => {
    expect(await workspace().readFile("none")).toBeUndefined();
    expect(await workspace().stat("none/deeper")).toBeUndefined();
    expect(await workspace().readFolder("none")).toBeUndefined();
  });

  test("writing keeps the mode and leaves nothing beside", async () => {
    await run("echo old > tool; chmod 750 tool");
    await workspace().writeFile("tool", Buffer.from("new"));
    expect(textOf(await run("stat -c %a tool; cat tool; ls -A"))).toBe("750\nnewtool\n");
  });

  test("writing through a link changes its target and keeps the link", async () => {
    await run("mkdir real; echo old > real/file; ln -s real/file link; ln -s real/missing dangling");
    await workspace().writeFile("link", Buffer.from("1"));
    await workspace().writeFile("dangling", Buffer.from("2"));
    expect(textOf(await run("readlink link dangling; cat real/file real/missing"))).toBe("real/file\nreal/missing\n12");
  });

  test("folders, circles, long names and pipes are refused with a sentence", async () => {
    await run("mkdir folder; ln -s loop loop; mkfifo pipe");
    await expect(workspace().writeFile("folder", Buffer.from("x"))).rejects.toThrow(/is a folder/);
    await expect(workspace().readFile("folder")).rejects.toThrow(/is a folder/);
    await expect(workspace().readFile("loop")).rejects.toThrow(/circle/);
    await expect(workspace().writeFile("loop", Buffer.from("x"))).rejects.toThrow(/circle/);
    await expect(workspace().writeFile("n".repeat(300), Buffer.from("x"))).rejects.toThrow(/too long/);
    await expect(workspace().readFile("pipe")).rejects.toThrow(/pipe/);
  });

  test("a folder is listed by name, broken links as other", async () => {
    await run("mkdir b; printf 123 > a; ln -s nowhere c");
    const entries = await workspace().readFolder(".");
    expect(entries?.map(({ name, kind }) => `${name} ${kind}`)).toEqual(["a file", "b folder", "c other"]);
    expect(await workspace().stat("a")).toMatchObject({ kind: "file", size: 3 });
  });

  test("removing a file that is not there is not-found", async () => {
    await run("touch a");
    await workspace().removeFile("a");
    await expect(workspace().removeFile("a")).rejects.toMatchObject({ code: "not-found" });
  });
}

function describePaths(workspace: () => Workspace, run: Run): void {
  test("paths are resolved as the system walks them", async () => {
    await run("mkdir -p one/two; ln -s one/two link; ln -s /etc outside; ln -s /nowhere/x gone; ln -s circle circle");
    const root = workspace().root;
    expect(await workspace().resolve(".")).toBe(root);
    expect(await workspace().resolve("link/../file")).toBe(`${root}/one/file`);
    expect(await workspace().resolve("outside/../x/y")).toBe("/x/y");
    expect(await workspace().resolve("outside/passwd")).toBe("/etc/passwd");
    expect(await workspace().resolve("gone")).toBe("/nowhere/x");
    expect(await workspace().resolve("new/folder/../file")).toBe(`${root}/new/file`);
    expect(await workspace().resolve("~/x")).toBe("/tmp/x");
    expect(await workspace().resolve("./~")).toBe(`${root}/~`);
    await expect(workspace().resolve("circle/x")).rejects.toThrow(/circle/);
  });
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? Buffer.from("missing")).toString("hex");
}
