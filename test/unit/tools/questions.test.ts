import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import type { Asker, Question } from "../../../src/tools/asker.ts";
import { openBench, type Bench } from "./tool-harness.ts";

let bench: Bench | undefined;
afterEach(() => bench?.[Symbol.asyncDispose]());

const hasPython = (() => {
  try {
    execFileSync("python3", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false; // where it is missing, bash asks the same way
  }
})();
const getPass = hasPython
  ? `python3 -c 'import getpass; print(len(getpass.getpass()))'`
  : `read -s -p "Password: " x; echo; echo \${#x}`;

type Asked = { readonly questions: Question[]; readonly asker: Asker };

function personWho(answers: readonly string[]): Asked {
  const questions: Question[] = [];
  const left = [...answers];
  const ask: Asker["ask"] = ([question]) => {
    if (question !== undefined) questions.push(question);
    const answer = left.shift();
    return Promise.resolve(answer === undefined ? { status: "cancelled" } : { status: "answered", answers: [answer] });
  };
  return { questions, asker: { ask } };
}

async function run(command: string, asker: Asker | undefined, more: { readonly timeout?: number } = {}) {
  bench = await openBench({ asker });
  const told: string[] = [];
  const progress = (text: string): void => void told.push(text);
  const result = await bench.call("terminal", { command, pty: true, timeout: 60, ...more }, { progress });
  return { ...result, told };
}

describe("with a person there", () => {
  test.each([
    ["a hidden answer of bash", `bash -c 'read -s -p "Password: " x; echo; echo "\${#x}"'`, "Password:"],
    ["a hidden answer of another program", getPass, "Password:"],
    [
      "sudo's words",
      `bash -c 'read -s -p "[sudo] password for me: " x; echo; echo "\${#x}"'`,
      "[sudo] password for me:",
    ],
  ])("%s is asked for in secret, and is in no output, event or file", async (_, command, question) => {
    const { questions, asker } = personWho(["s3cr3t-w0rd"]);
    const { text, isError, told } = await run(command, asker);
    expect(questions).toEqual([{ question, choices: [], isMultiSelect: false, isSecret: true }]);
    expect([text.replaceAll(/\d\.\d s/g, "S"), isError]).toEqual([`${question} \n11\n[exit 0, S]`, false]);
    expect(told).toEqual([`it asks: ${question}`, "answered"]);
    const folder = bench?.sessionFolder ?? "";
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    expect(files.filter((file) => readFileSync(`${file.parentPath}/${file.name}`).includes("s3cr3t-w0rd"))).toEqual([]);
  });

  test("a program that echoes the secret does not tell it", async () => {
    const { asker } = personWho(["s3cr3t-w0rd"]);
    const { text } = await run('read -p "PIN: " x; echo "you said $x"', asker);
    expect(text).toMatch(/^PIN: \[hidden\]\nyou said \[hidden\]\n\[exit 0/);
  });

  test("one question after the other, each answered once", async () => {
    const { questions, asker } = personWho(["y", "n"]);
    const command =
      'read -p "/x already exists. Overwrite (y/n)? " a; read -p "Do you want to continue? [Y/n] " b; echo "$a$b"';
    const { text } = await run(command, asker);
    expect(text).toMatch(/\nyn\n\[exit 0/);
    expect(questions.map(({ question, isSecret }) => [question, isSecret])).toEqual([
      ["/x already exists. Overwrite (y/n)?", false],
      ["Do you want to continue? [Y/n]", false],
    ]);
  });

  test("a person who does not answer ends it", async () => {
    const { text, isError } = await run('read -p "Continue? " a; echo never', personWho([]).asker);
    expect([text, isError]).toEqual([expect.stringContaining("because it asked and nobody could answer"), true]);
    expect(text).not.toContain("never");
  });

  test("without a terminal the way to the person is named", async () => {
    bench = await openBench({ asker: personWho([]).asker });
    const { text } = await bench.call("terminal", { command: 'printf "Continue? [y/N] "; read a || exit 1' });
    expect(text).toContain("run it with pty=true, and the person is asked");
  });
});

test("a password that a job in the background waits for is asked for by process wait", async () => {
  const { questions, asker } = personWho(["s3cr3t-w0rd"]);
  bench = await openBench({ asker });
  const command = 'read -s -p "Password: " x; echo; echo "${#x}"';
  await bench.call("terminal", { command, background: true, pty: true }, { callId: "b" });
  const waited = await bench.call("process", { action: "wait", id: "b" });
  expect(waited).toEqual({
    text: '[job b asked "Password:"; the person answered. It goes on: wait again]',
    isError: false,
  });
  expect(questions).toMatchObject([{ isSecret: true }]);
  expect((await bench.call("process", { action: "wait", id: "b" })).text).toBe("Password: \n11\n[job b: exit 0]");
});

describe("with nobody to ask", () => {
  test.each([
    ["sudo", 'read -s -p "[sudo] password for me: " x; echo never', "[sudo] password for me:", "sudo -n"],
    ["a password", getPass, "Password:", "a key, a token or a file"],
    ["yes or no", 'read -p "Do you want to continue? [Y/n] " x; echo never', "continue? [Y/n]", "--yes"],
  ])("%s: the command ends long before its timeout, and the question and the fix are named", async (...row) => {
    const [, command, question, fix] = row;
    const { text, isError } = await run(command, undefined, { timeout: 500 });
    expect(isError).toBe(true);
    expect(text).toContain("because it asked and nobody could answer; exit");
    expect(text).toContain(question);
    expect(text).toContain(fix);
    expect(text).not.toContain("never");
  });

  test("what only looks like a question, or goes on by itself, is left alone", async () => {
    const { text } = await run(
      'echo "Continue?"; sleep 2; printf "50%% Overwrite? "; sleep 0.3; echo; echo end',
      undefined,
    );
    expect(text).toMatch(/\nend\n\[exit 0/);
  });
});
