import { expect, test } from "vitest";
import { textOf, type Lab } from "./shell-lab.ts";

const value = 'it\'s "two"\n$lines `of` \\ it  ';
const secrets = { DOOR_KEY: value };
const print = 'printf "<%s>" "$DOOR_KEY"';

/** Values that a command gets for itself alone. */
export function describeSecretVariables(lab: Lab): void {
  test("a command gets its values byte for byte, with the state of the shell, and with no trace in it", async () => {
    await lab.run("cd /usr; KEPT=yes; export DOOR_KEY=old; greet() { echo hello; }");
    const command = `${print}; echo " $KEPT $PWD"; greet; cd /; KEPT=no; export LEAK=$DOOR_KEY`;
    expect(textOf(await lab.run(command, { secrets }))).toBe(`<${value}> yes /usr\nhello\n`);
    expect(textOf(await lab.run(`${print}; echo " $KEPT $PWD$LEAK"; env | grep -c lines`))).toBe("<old> yes /usr\n0\n");
    expect(lab.workspace.shellFolder).toBe("/usr");
    const kept = await lab.run(`cat ${lab.place.sessionFolder}/state ${lab.place.sessionFolder}/jobs/*.cmd`);
    expect(textOf(kept)).not.toContain("$lines");
  });

  test("no process has them in its arguments", async () => {
    const look = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c 'u[n]guessable-9731' || true";
    const result = await lab.run(look, { secrets: { DOOR_KEY: "unguessable-9731" } });
    expect(textOf(result)).toBe("0\n");
  });

  test("so does a terminal of its own, and a command in the background", async () => {
    expect(textOf(await lab.run('test -t 1 && echo "$DOOR_KEY"', { secrets: { DOOR_KEY: "open" }, pty: true }))).toBe(
      "open\r\n",
    );
    const job = await lab.workspace.start(print, { jobId: "given", secrets });
    await job.wait(AbortSignal.timeout(20_000));
    expect(textOf({ output: (await job.read(0, 100)).bytes })).toBe(`<${value}>`);
    expect(textOf(await lab.run("echo $DOOR_KEY"))).toBe("\n");
  });
}
