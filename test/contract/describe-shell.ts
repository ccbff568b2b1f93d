import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { memoryName } from "../../src/workspaces/session/memory-name.ts";
import { describeJobs } from "./describe-jobs.ts";
import { describeSecretVariables } from "./describe-secret-variables.ts";
import { isAlive, runIn, textOf, type Lab, type ShellPlace } from "./shell-lab.ts";
import { stateCases } from "./shell-state-cases.ts";

/** What holds for the lasting shell of every backend. */
export function describeShell(name: string, openPlace: () => Promise<ShellPlace>): void {
  describe(`shell: ${name}`, () => {
    describeState(openPlace);
    describe("a fresh one", () => {
      const lab = {} as Lab;
      beforeEach(() => openLab(lab, openPlace));
      afterEach(() => closeLab(lab));
      describeWhatIsKept(lab);
      describeBytes(lab);
      describeEnds(lab);
      describeTraces(lab);
      describeJobs(lab);
      describeSecretVariables(lab);
    });
  });
}

async function openLab(lab: Lab, openPlace: () => Promise<ShellPlace>): Promise<void> {
  lab.place = await openPlace();
  lab.workspace = await lab.place.open();
  lab.run = runIn(lab.workspace);
}

async function closeLab({ place, workspace }: Lab): Promise<void> {
  await workspace[Symbol.asyncDispose]();
  await place.remove();
}

/** What can change what a word starts: told without running any of it. */
function describeTraces(lab: Lab): void {
  test("before its first command the shell is as it began", async () => {
    expect(await lab.workspace.shellState()).toEqual({
      functions: [],
      aliases: [],
      hashed: {},
      variables: {},
      isSure: true,
    });
  });

  test("functions, aliases, remembered places and changed variables are told, whatever was redefined", async () => {
    await lab.run("type() { echo file; }; printf() { :; }; ls() { cat <<E\nother () \n}\nE\n}");
    await lab.run("alias ll='ls -l'; alias -- -x=y; BASH_CMDS[npm]=/evil; BASH_ALIASES[q]=r");
    await lab.run("export NODE_OPTIONS=--require=x MINE='a\"b'; CDPATH=/tmp; PATH=/first:$PATH; plain=1");
    const { functions, aliases, variables, isSure } = await lab.workspace.shellState();
    expect(functions.toSorted()).toEqual(["ls", "printf", "type"]);
    expect(isSure).toBe(true);
    expect(aliases.toSorted()).toEqual(["-x", "ll", "q"]);
    expect(variables).toMatchObject({ NODE_OPTIONS: "--require=x", MINE: 'a"b', CDPATH: "/tmp" });
    expect([variables["PATH"]?.startsWith("/first:"), Object.hasOwn(variables, "plain")]).toEqual([true, false]);
  });

  test.each([
    "ls(){ id;}; x=$(id)",
    "eval id",
    "ls",
    'declare -x A="$(id)"',
    String.raw`declare -i A="a[\$(id)]"`,
    "declare -x A=1 >/file",
    "shopt -s extglob &",
    "ls () { id",
  ])("what no shell writes of itself is not believed: %s", async (line) => {
    await lab.run("true");
    const file = `${lab.place.sessionFolder}/state`;
    await lab.run(`printf '%s\\n' '${line}' >>'${file}'`, { shell: "clean" });
    expect((await lab.workspace.shellState()).isSure).toBe(false);
  });

  test("what is kept in memory is told too, and a text that ends in the middle hides nothing of the next", async () => {
    await lab.run("shopt -s extglob; export A_TOKEN=t\nf() { case $1 in @(a|b)) echo;; esac; }");
    const before = await lab.workspace.shellState();
    expect(before).toMatchObject({ functions: ["f"], variables: { A_TOKEN: "t" }, isSure: true });
    const { sessionFolder } = lab.place;
    const secrets = `/dev/shm/hermes-$EUID/${memoryName(sessionFolder)}/secrets`;
    const plant = `printf "ls () { id; }\n" >>"${secrets}"; printf "declare -x B='" >>'${sessionFolder}/state'`;
    await lab.run(plant, { shell: "clean" });
    const { functions, isSure } = await lab.workspace.shellState();
    expect([functions.toSorted(), isSure]).toEqual([["f", "ls"], false]);
  });

  test("a program is found where the session began to look, and a word with a slash where it leads", async () => {
    await lab.run("PATH=/nowhere; bash() { :; }");
    expect(await lab.workspace.findProgram("bash", "/")).toMatch(/^\/.*\/bash$/);
    expect(await lab.workspace.findProgram("bin/../bin/sh", "/")).toMatch(/^\/.*sh$/);
    expect(await lab.workspace.findProgram("no-such-program", "/")).toBeUndefined();
  });
}

function describeState(openPlace: () => Promise<ShellPlace>): void {
  describe("one command after the other", () => {
    const lab = {} as Lab;
    beforeAll(() => openLab(lab, openPlace));
    afterAll(() => closeLab(lab));
    for (const { about, command, output, exitCode, folder } of stateCases) {
      test(about, async () => {
        const result = await lab.run(command);
        if (output instanceof RegExp) expect(textOf(result)).toMatch(output);
        else if (output !== undefined) expect(textOf(result)).toBe(output);
        if (exitCode !== undefined) expect(result).toMatchObject({ status: "finished", exitCode });
        if (folder !== undefined) expect(lab.workspace.shellFolder).toBe(folder);
      });
    }

    test("a lost connection finds the same shell", async () => {
      lab.place.cut();
      expect(textOf(await lab.run("echo $C $U; pwd; odd a"))).toBe("kept ü€\n/usr\nin\n");
    });

    test("a new process finds the same shell", async () => {
      await lab.workspace[Symbol.asyncDispose]();
      lab.workspace = await lab.place.open();
      lab.run = runIn(lab.workspace);
      expect(textOf(await lab.run("echo $C $U; pwd; odd a"))).toBe("kept ü€\n/usr\nin\n");
      expect(lab.workspace.shellFolder).toBe("/usr");
    });
  });
}

function describeWhatIsKept(lab: Lab): void {
  test("secrets and Hermes' own names never enter the state", async () => {
    await lab.run("export HERMES_TOKEN=abc123; PLAIN=1");
    expect(textOf(await lab.run("echo [$HERMES_TOKEN]$PLAIN; env; set"))).toMatch(/^\[\]1\n/);
    expect(textOf(await lab.run(`grep -c -e abc123 -e __hermes_[^e] ${lab.place.sessionFolder}/state`))).toBe("0\n");
    expect(textOf(await lab.run("env | grep -ci ^_*hermes"))).toBe("0\n");
  });

  test("what is called like a secret stays, over a lost connection too, and is in no file of the session", async () => {
    await lab.run(`export GITHUB_TOKEN=$(echo abc)d3f; db_password='p q'; declare -A API_KEYS=([a]=abcd3f); PLAIN=1`);
    lab.place.cut();
    const all = 'echo "$GITHUB_TOKEN/$db_password/${API_KEYS[a]}/$PLAIN"; sh -c "echo [\\$GITHUB_TOKEN]"';
    expect(textOf(await lab.run(all))).toBe("abcd3f/p q/abcd3f/1\n[abcd3f]\n");
    expect(textOf(await lab.run(`grep -c -e abcd3f -e 'p q' ${lab.place.sessionFolder}/state`))).toBe("0\n");
    await lab.run("unset GITHUB_TOKEN db_password API_KEYS");
    expect(textOf(await lab.run(all))).toBe("///1\n[]\n");
    await lab.run("readonly MY_SECRET=abcd3f; PLAIN=2");
    expect(textOf(await lab.run(`grep -c abcd3f ${lab.place.sessionFolder}/state; echo $PLAIN`))).toBe("0\n1\n");
  });

  test("a clean shell has the folder and nothing else, and changes nothing else", async () => {
    await lab.run("V=1; ls() { echo mine; }; mkdir sub; cd sub");
    const clean = await lab.run("echo [$V]; ls; pwd; W=2; cd ..", { shell: "clean" });
    expect(textOf(clean)).toBe(`[]\n${lab.workspace.root}/sub\n`);
    expect(textOf(await lab.run("echo $V[$W]; pwd"))).toBe(`1[]\n${lab.workspace.root}\n`);
  });

  test("a folder that is named is for that command alone", async () => {
    await lab.run("mkdir -p sub/deep");
    expect(textOf(await lab.run("pwd; X=1", { cwd: "sub" }))).toBe(`${lab.workspace.root}/sub\n`);
    expect(textOf(await lab.run("pwd; echo $X"))).toBe(`${lab.workspace.root}\n1\n`);
    await lab.run("cd deep", { cwd: "sub" });
    expect(lab.workspace.shellFolder).toBe(`${lab.workspace.root}/sub/deep`);
  });
}

function describeBytes(lab: Lab): void {
  test("NUL, control characters, invalid and split UTF-8 are exact", async () => {
    const result = await lab.run(
      String.raw`printf 'a\000b\001\377\303'; sleep 0.05; printf '\251\r\n\342\202\254 end'`,
    );
    const expected = [Buffer.from("a\0b\u0001"), Buffer.of(255), Buffer.from("é\r\n€ end")];
    expect(Buffer.from(result.output).toString("hex")).toBe(Buffer.concat(expected).toString("hex"));
  });

  test("30 MB are exact", async () => {
    const result = await lab.run("seq 1 4000000", { maxOutputBytes: 4e7 });
    expect(result.output.length).toBe(30_888_896);
    const command = `seq 1 4000000 | sha256sum | cut -c1-64`;
    expect(createHash("sha256").update(result.output).digest("hex")).toBe(textOf(await lab.run(command)).trim());
  });

  test("of more than is wanted the beginning and the end are kept", async () => {
    const result = await lab.run("printf 0123456789abcdefghij", { maxOutputBytes: 10 });
    expect([textOf(result), result.droppedBytes]).toEqual(["0123efghij", 10]);
  });

  test("standard input is what was given", async () => {
    expect(textOf(await lab.run("cat", { stdin: Buffer.from("a\0ü") }))).toBe("a\0ü");
    expect((await lab.run("true", { stdin: Buffer.alloc(5_000_000) })).exitCode).toBe(0);
  });

  test("twenty ways to leave something behind all return at once", async () => {
    const startedAt = performance.now();
    for (const way of leavings) expect(await lab.run(way), way).toMatchObject({ status: "finished", exitCode: 0 });
    expect(performance.now() - startedAt).toBeLessThan(leavings.length * 500);
    await lab.run("pkill -f 'sleep 7[.]31'; true");
  });
}

const leavings = ["S &", "S & disown", "nohup S &", "nohup S >/dev/null 2>&1 &", "setsid S &", "setsid -f S", "(S &)"]
  .flatMap((way) => [way, `true; ${way}`, `f() { ${way}\n}; f`])
  .map((way) => way.replaceAll("S", "sleep 7.31"));

function describeEnds(lab: Lab): void {
  test("a timeout kills the whole group and keeps what was printed", async () => {
    const result = await lab.run("echo begun; sleep 300 & echo $!; sleep 300", { timeoutMs: 300 });
    expect(result).toMatchObject({ status: "timed-out", exitCode: 143 });
    const [begun, pid] = textOf(result).split("\n");
    expect(begun).toBe("begun");
    expect(isAlive(Number(pid))).toBe(false);
  });

  test("what ignores TERM gets KILL, children too", async () => {
    const command = "trap '' TERM; sleep 300 & echo $!; while :; do sleep 0.1; done";
    const result = await lab.run(command, { timeoutMs: 200 });
    expect(result).toMatchObject({ status: "timed-out", exitCode: 137 });
    // both were sent KILL in one call; the kernel may need a moment more for the second
    await expect.poll(() => isAlive(Number(textOf(result).split("\n")[0]))).toBe(false);
  });

  test("stop ends it within two seconds, and the shell lives on", async () => {
    await lab.run("V=1");
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const startedAt = performance.now();
    const command = "trap '' TERM; sleep 300 & while :; do sleep 0.1; done";
    expect(await lab.run(command, { signal: stop.signal })).toMatchObject({ status: "stopped" });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(textOf(await lab.run("echo $V"))).toBe("1\n");
  });

  test("a timeout holds when nobody is connected any more; a job in the background has none", async () => {
    const { sessionFolder } = lab.place;
    const command = "trap '' TERM; echo begun; while :; do sleep 0.1; done";
    const background = await lab.workspace.start("sleep 300", { jobId: "free" });
    const lost = lab.run(command, { timeoutMs: 100, jobId: "limited" }).catch((error: unknown) => error);
    await expect.poll(() => existsSync(`${sessionFolder}/jobs/limited.pid`)).toBe(true);
    lab.place.cut("forGood");
    expect(await lost).toMatchObject({ code: "workspace-unavailable" });
    await expect.poll(() => existsSync(`${sessionFolder}/jobs/limited.rc`), { timeout: 20_000 }).toBe(true);
    const [pid] = readFileSync(`${sessionFolder}/jobs/limited.pid`, "utf8").split(" ");
    expect(isAlive(Number(pid))).toBe(false);
    lab.place.cut();
    lab.workspace = await lab.place.open();
    const limited = await lab.workspace.job("limited");
    expect(await limited?.status()).toEqual({ state: "timed-out", exitCode: 137 });
    expect(await background.status()).toEqual({ state: "running" });
    await background.kill();
  });

  test("a timeout holds when the shell that was to keep it was killed too, as soon as anybody connects", async () => {
    const { sessionFolder } = lab.place;
    const lost = lab.run("sleep 300", { timeoutMs: 100, jobId: "orphan" }).catch((error: unknown) => error);
    await expect.poll(() => existsSync(`${sessionFolder}/jobs/orphan.pid`)).toBe(true);
    lab.place.cut("forGood");
    const [, control = ""] = readFileSync(`${sessionFolder}/jobs/orphan.limit`, "utf8").trim().split(" ");
    process.kill(Number(control), "SIGKILL");
    await lost;
    lab.place.cut();
    const other = await lab.place.open();
    await runIn(other)("true");
    await other[Symbol.asyncDispose]();
    await expect.poll(() => existsSync(`${sessionFolder}/jobs/orphan.rc`), { timeout: 20_000 }).toBe(true);
  });

  test("a command that was stopped before it began does not begin", async () => {
    expect(await lab.run("touch began", { signal: AbortSignal.abort() })).toMatchObject({ status: "stopped" });
    expect(textOf(await lab.run("ls"))).toBe("");
  });

  test("a trap for TERM has time to clean up; interrupts are not ignored", async () => {
    const result = await lab.run("trap 'echo cleaned; exit 3' TERM; sleep 300 & wait", { timeoutMs: 200 });
    expect(result).toMatchObject({ status: "timed-out", exitCode: 3 });
    expect(textOf(result)).toBe("cleaned\n");
    expect(textOf(await lab.run("trap 'echo int' INT; kill -INT $$; (kill -INT $BASHPID; echo no)"))).toBe("int\n");
  });
}
