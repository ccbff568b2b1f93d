import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
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
    expect(isAlive(Number(textOf(result).split("\n")[0]))).toBe(false);
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
