import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { visibleText } from "../../src/lib/plain-text.ts";
import { classifyCommand } from "../../src/policy/classify-command.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import { readCommand } from "../../src/policy/read-command.ts";
import type { ToolIntent } from "../../src/protocol/tool.ts";
import { describeWith } from "../describe-with.ts";
import { commandLine, stubs } from "./command-lines.ts";
import { execute } from "./executed.ts";

/** All of `npm test` in CI takes 100,000; on a developer's machine fewer are enough for a change. */
const count = Number(process.env["HERMES_FUZZ_LINES"] ?? (process.env["HERMES_CI"] === "1" ? 100_000 : 2_000));
const parts = 2;
const portion = 2_000;

const policy = createPolicy({
  userHome: "/home/u",
  hermesHomes: ["/home/u/.hermes"],
  rules: stubs.map((name) => `allow execute terminal ${name} *`),
  tools: ["terminal"],
});

type Judged = { readonly line: string; readonly verdict: string; readonly expected: readonly string[] };

async function judged(line: string): Promise<Judged> {
  const { effect, paths } = classifyCommand(line);
  const command = { text: line, shell: "session", folder: undefined } as const;
  const intent: ToolIntent = { effect, subject: line, paths, command };
  const { verdict } = await policy.judge({
    tool: "terminal",
    intent,
    plan: [],
    root: "/repo",
    surface: "terminal",
  });
  const exact = (await readCommand(intent))?.target.exact ?? [];
  return { line, verdict, expected: exact.filter(([name = ""]) => isStub(name)).map((words) => JSON.stringify(words)) };
}

function isStub(name: string): boolean {
  return stubs.some((stub) => stub === name);
}

function unescaped(text: string): string {
  return text.replaceAll(/\\u\{([0-9a-f]+)\}/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}

describeWith({ name: "strace", isThere: isThere(), howToInstall: "apt-get install strace" })("what is allowed", () => {
  test(`is, word for word, what execve gets: ${count} lines`, { timeout: 900_000 }, async () => {
    const lines = [...new Set(fc.sample(commandLine, count))].filter((line) => !line.includes("\0"));
    const seen = { allowed: 0, asked: 0, other: 0, hidden: 0 };
    const running: Promise<readonly unknown[]>[] = [];
    for (let at = 0; at < lines.length; at += portion) {
      const judgements = await Promise.all(lines.slice(at, at + portion).map(judged));
      const allowed = judgements.filter(({ verdict }) => verdict === "allow");
      const asked = judgements.filter(({ verdict }) => verdict === "ask");
      seen.allowed += allowed.length;
      seen.asked += asked.length;
      seen.other += judgements.length - allowed.length - asked.length;
      seen.hidden += asked.filter(({ line }) => unescaped(visibleText(line)) !== line).length;
      running.push(divergencesOf(allowed));
      await running.at(-parts); // two at a time, while the next are judged
    }
    expect((await Promise.all(running)).flat()).toEqual([]);
    expect(seen).toEqual({ ...seen, other: 0, hidden: 0 });
    expect(Math.min(seen.allowed, seen.asked)).toBeGreaterThan(lines.length / 10);
    console.log(
      `${lines.length} different lines: ${seen.allowed} allowed and executed, ${seen.asked} asked, 0 divergences`,
    );
  });
});

async function divergencesOf(allowed: readonly Judged[]): Promise<readonly unknown[]> {
  const executed = await execute(allowed.map(({ line }) => line));
  expect(executed.map(({ line }) => line)).toEqual(allowed.map(({ line }) => line));
  return executed.flatMap(({ line, argvs }, at) => differs(line, argvs, allowed[at]?.expected ?? []));
}

/** Nothing began that was not foreseen; and everything did where no `&&` or `||` decides. */
function differs(line: string, argvs: readonly (readonly string[])[], expected: readonly string[]): readonly unknown[] {
  const began = argvs.filter(([name = ""]) => !isWrapper(name)).map((argv) => JSON.stringify(argv));
  const left = [...expected];
  for (const argv of began) {
    const at = left.indexOf(argv);
    if (at === -1) return [{ line, began: argv, expected }];
    left.splice(at, 1);
  }
  return left.length > 0 && !/&&|\|\|/.test(line) ? [{ line, notBegun: left }] : [];
}

function isWrapper(name: string): boolean {
  return ["timeout", "nice", "nohup", "time"].includes(name);
}

function isThere(): boolean {
  try {
    execFileSync("strace", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false; // not installed here
  }
}
