import { afterEach, beforeEach, expect, test } from "vitest";
import { promptIn } from "../../../src/tools/prompt-in.ts";
import { contextFor, openBench, toolNamed, type Bench } from "./tool-harness.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

let calls = 0;
const terminal = (command: string, more = {}) =>
  bench.call("terminal", { command, ...more }, { callId: `t${calls++}` });
const background = async (command: string, more = {}): Promise<string> => {
  const { text } = await terminal(command, { background: true, ...more });
  return /job (\S+)/.exec(text)?.[1] ?? text;
};
const act = async (action: string, id?: string, more = {}): Promise<string> =>
  (await bench.call("process", { action, ...(id === undefined ? {} : { id }), ...more })).text;

test("folder, variables and functions stay from call to call", async () => {
  await terminal("mkdir sub; cd sub; V=1; f() { echo f$V; }");
  expect((await terminal("f; pwd | sed 's/.*root//'")).text).toMatch(/^f1\n\/sub\n/);
});

test("a command that was judged by its text meets no function of that name", async () => {
  await terminal("ls() { echo mine; }; alias cat='echo mine'; PATH=/nowhere:$PATH; touch here");
  expect((await terminal("ls; cat here")).text).toMatch(/^here\n\[exit 0/);
});

test("a reading command is judged, and runs, where the shell stands", async () => {
  await terminal("mkdir sub; echo inner >sub/file; cd sub");
  const tool = toolNamed("terminal", bench.parts);
  const parsed = tool.parse({ command: "cat file", judgedIn: "/etc" });
  const folder = `${bench.workspace.root}/sub`;
  expect(parsed).toEqual({ ok: true, input: { command: "cat file", timeout: 180, judgedIn: folder } });
  if (!parsed.ok) return;
  expect(tool.intentOf(parsed.input)).toEqual({
    effect: "read",
    subject: "cat file",
    command: { text: "cat file", shell: "clean", folder: undefined },
    paths: [folder, `${folder}/file`],
  });
  await terminal("cd ..");
  const context = { ...contextFor(bench.workspace), callId: "late" };
  expect(await tool.call(parsed.input, context)).toMatchObject({
    isError: true,
    text: expect.stringContaining("Not run"),
  });
});

test("a background job is listed, read, waited for and told of once", async () => {
  const id = await background("echo one; sleep 0.6; echo two; exit 3");
  expect(await act("list")).toMatch(new RegExp(`^${id}  running  echo one`));
  expect(await act("poll", id)).toBe(`one\n[job ${id}: running]`);
  expect(await act("wait", id, { pattern: "two" })).toMatch(/^one\ntwo\n/);
  expect(await act("wait", id)).toBe(`one\ntwo\n[job ${id}: exit 3]`);
  expect(await act("log", id, { offset: 4 })).toBe("[bytes 4-8 of 8]\ntwo\n");
  expect((await terminal("true")).text).not.toContain(id);
});

test("an end that nobody saw is told with the next command, once", async () => {
  const id = await background("sleep 0.5");
  await expect
    .poll(async () => (await terminal("true")).text)
    .toContain(`[job ${id} ended: exit 0; it was: sleep 0.5]`);
  expect((await terminal("true")).text).not.toContain(id);
});

test("a question is shown, and answered", async () => {
  const id = await background('read -p "Go on? [y/n] " x; echo "got $x"', { pty: true });
  expect(await act("wait", id)).toContain("[it waits for an answer: process write]");
  expect(await act("write", id, { data: "y\n" })).toBe("Written.");
  expect(await act("wait", id)).toMatch(/got y\n\[job .*: exit 0\]$/);
});

test("a password is never the model's to type", async () => {
  const id = await background('read -s -p "[sudo] password for me: " x', { pty: true });
  expect(await act("wait", id)).toContain("that is the person's to type");
  expect(await act("kill", id)).toContain("killed");
  expect((await terminal('printf "Password: "; exit 1')).text).toContain("that is the person's to type");
});

test("input ends, and unknown jobs are said", async () => {
  const id = await background("cat; echo end");
  await act("write", id, { data: "text\n" });
  expect(await act("close", id)).toContain("at its end");
  expect(await act("wait", id)).toMatch(/^text\nend\n/);
  expect(await act("poll", "nobody")).toContain("There is no job nobody");
});

test("after a kill the job of a call is found, and not repeated", async () => {
  const tool = toolNamed("terminal", bench.parts);
  const context = { ...contextFor(bench.workspace), callId: "killed" };
  const input = { command: "echo x >>marks; sleep 0.3; echo done; exit 4", timeout: 20 };
  const running = tool.call(input, context);
  await expect.poll(() => bench.workspace.stat("marks")).toBeDefined();
  expect(await tool.recover?.(input, context)).toMatchObject({
    isError: true,
    text: expect.stringMatching(/^done\n\[exit 4.*\n.*not run again/),
  });
  await running;
  expect(await bench.file("marks")).toBe("x\n");
  expect(await tool.recover?.(input, { ...context, callId: "never" })).toBeUndefined();
});

test.each([
  ["Overwrite? [y/N] ", false],
  ["Do you want to continue? (yes/no) ", false],
  ["user@host's password: ", true],
  ["Enter passphrase for key '/x': ", true],
  ["sudo: a terminal is required to read the password; use -S", true],
])("%j is a question", (output, isSecret) => {
  expect(promptIn(`before\n${output}`)).toMatchObject({ isSecret });
});

test.each(["done", "password: hidden\nok\n", "Continue? no\n", ""])("%j is none", (output) => {
  expect(promptIn(output)).toBeUndefined();
});
