import { afterEach, beforeEach, expect, test } from "vitest";
import { openBench, toolNamed, type Bench } from "./tool-harness.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

let calls = 0;
const run = (command: string, more = {}) => bench.call("terminal", { command, ...more }, { callId: `c${calls++}` });

test("output, exit code and time are told", async () => {
  expect(await run("echo hi; exit 3")).toEqual({
    text: expect.stringMatching(/^hi\n\[exit 3, \d\.\d s\]$/),
    isError: true,
  });
  expect((await run("true")).text).toMatch(/^\[exit 0, \d\.\d s\], no output$/);
});

test("of a long output head and tail are shown, and every line of it can be read", async () => {
  const { text } = await run("seq 1 3000000");
  expect(text.length).toBeLessThan(16_400);
  expect(text).toMatch(/^1\n2\n3\n/);
  expect(text).toMatch(/\n3000000\n+\[exit 0, [\d.]+ s\]$/);
  const name = `output:c${calls - 1}`;
  expect(text).toContain(`read_file path=${name} with offset or start_byte`);
  const page = await bench.call("read_file", { path: name, offset: 1_500_000, limit: 1 });
  expect(page.text).toBe(`[${name}: lines 1500000-1500000 of 3000000; read on with offset=1500001]\n1500000\n`);
});

test("100 MB on one line cost no more, and any byte of what was kept can be read", async () => {
  const { text } = await run("head -c 104857600 /dev/zero | tr '\\0' x; echo END");
  expect(text.length).toBeLessThan(16_400);
  const name = `output:c${calls - 1}`;
  expect(text).toContain("52428804 bytes in its middle were too many to keep");
  const page = await bench.call("read_file", { path: name, start_byte: 52_428_790 });
  expect(page.text).toBe(`[${name}: bytes 52428790-52428800 of 52428800]\nxxxxxxEND\n`);
});

test("colours, control characters and invalid UTF-8 are made harmless", async () => {
  const { text } = await run(String.raw`printf '\033[31mred\033[0m\033]0;title\007 a\000b\001\377 10%%\r20%%\r\nend'`);
  expect(text).toMatch(/^20%\nend\n\[exit 0/);
  expect((await run(String.raw`printf '\033[1mx\033[0m a\000b\001\377'`)).text).toMatch(/^x a␀b␁\ufffd\n/);
});

test("a timeout and a stop are said", async () => {
  expect((await run("echo begun; sleep 60", { timeout: 1 })).text).toMatch(
    /^begun\n\[timed out after 1 s and was ended with everything it started; exit 143\]$/,
  );
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  const startedAt = performance.now();
  const stopped = await bench.call("terminal", { command: "sleep 60" }, { signal: stop.signal });
  expect(stopped.text).toMatch(/stopped by the person/);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test("what cannot be done is a sentence", async () => {
  expect(await run("pwd", { workdir: "none" })).toMatchObject({
    isError: true,
    text: expect.stringContaining("does not exist"),
  });
  expect(await bench.call("terminal", {})).toEqual({
    isError: true,
    text: "terminal: command is missing. Its parameters: command, timeout, workdir, background, pty, notify_on_complete, watch_patterns.",
  });
  expect(await bench.call("terminal", ["ls"])).toMatchObject({
    isError: true,
    text: expect.stringContaining("takes an object"),
  });
});

test("paths of a reading command are seen from its working folder", () => {
  const tool = toolNamed("terminal", bench.parts);
  expect(tool.intentOf({ command: "cat ../x /y", workdir: "sub", timeout: 1 })).toEqual({
    effect: "read",
    subject: "cat ../x /y",
    paths: ["sub", "sub/../x", "/y"],
    command: { text: "cat ../x /y", shell: "clean", folder: "sub" },
  });
  expect(tool.intentOf({ command: "make", timeout: 1 })).toMatchObject({ effect: "execute", paths: [] });
});

test("rare and older parameters are taken", async () => {
  const odd = { pty: false, notify_on_complete: "false", watch_patterns: [], timeout: "30", workdir: null };
  expect((await run("echo ok", odd)).text).toMatch(/^ok\n/);
});
