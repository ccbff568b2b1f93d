import { afterEach, beforeEach, expect, test } from "vitest";
import { newWatch, noteOf, seenLines, watchOf, type JobWatch } from "../../../src/tools/job-watch.ts";
import { JobWatcher } from "../../../src/tools/job-watcher.ts";
import { openBench, type Bench } from "./tool-harness.ts";

let bench: Bench;
let now = 1_000_000;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const start = (callId: string, command: string, more: object) =>
  bench.call("terminal", { command, background: true, ...more }, { callId });
const watcher = (): JobWatcher => new JobWatcher(bench.workspace, () => now);
const never = new AbortController().signal;
const ended = async (id: string): Promise<void> => void (await (await bench.workspace.job(id))?.wait(never));

test("at most one piece of news in 10 s, the others are counted", () => {
  const first = seenLines(newWatch(["ERROR"], false), ["ok", "ERROR 1"], 100_000);
  expect(first.news).toBe('printed "ERROR 1"');
  const second = seenLines(first.watch, ["ERROR 2", "ERROR 3"], 105_000);
  expect(second.news).toBeUndefined();
  const third = seenLines(second.watch, ["ERROR 4"], 110_000);
  expect(third.news).toBe('printed "ERROR 4" (2 more suppressed)');
  expect(seenLines(third.watch, ["fine"], 200_000).news).toBeUndefined();
});

test("a job that floods is muted, and says so once", () => {
  let watch: JobWatch = newWatch(["x"], false);
  const news: (string | undefined)[] = [];
  for (let look = 1; look <= 5; look++) {
    const seen = seenLines(watch, ["x", "x", "x"], look * 10_000);
    watch = seen.watch;
    news.push(seen.news);
  }
  const flood = 'printed "x" (2 more suppressed)';
  expect(news).toEqual([
    flood,
    flood,
    `${flood}; it matches too often and is not watched any more`,
    undefined,
    undefined,
  ]);
});

test("a note that is not ours is no watch", () => {
  expect([watchOf(undefined), watchOf("x"), watchOf("{}")]).toEqual([undefined, undefined, undefined]);
  expect(watchOf(noteOf(newWatch(["a", ""], true)))).toMatchObject({ patterns: ["a"], isEndTold: true, offset: 0 });
});

test("a match and the end are news once, for the person and for the model, also over a restart", async () => {
  await start("w1", "echo start; echo READY now; printf READY; exit 3", {
    watch_patterns: ["READY"],
    notify_on_complete: true,
  });
  await ended("w1");
  const [match, end] = await watcher().look();
  expect(match).toMatch(/^job w1 \(echo start.*\) printed "READY" \(1 more suppressed\)$/);
  expect(end).toMatch(/^job w1 \(.*\) ended: exit 3$/);
  now += 60_000;
  const restarted = watcher();
  expect(await restarted.look()).toEqual([]);
  const { texts, done } = await restarted.take();
  expect(texts).toEqual([match, end]);
  expect((await watcher().take()).texts).toEqual([match, end]); // it was not stored yet
  await done();
  expect((await watcher().take()).texts).toEqual([]);
  expect((await bench.call("terminal", { command: "true" })).text).not.toContain("w1");
});

test("half a line is looked at when it is whole; jobs that nobody watches are no news", async () => {
  await start("w2", "printf REA; read a; echo DY; read a", { watch_patterns: ["READY"] });
  await start("plain", "echo READY", {});
  await ended("plain");
  const one = watcher();
  expect(await one.look()).toEqual([]);
  await (await bench.workspace.job("w2"))?.write(Buffer.from("\n"));
  const news: string[] = [];
  await expect.poll(async () => (news.push(...(await one.look())), news)).toHaveLength(1);
  expect(news[0]).toContain('printed "READY"');
  await (await bench.workspace.job("w2"))?.kill();
});
