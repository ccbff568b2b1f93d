import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { splitCommand } from "../../../src/policy/shell-words.ts";

const home = "/home/somebody";

/** What bash makes of one simple command: its words, exactly. */
function wordsOfBash(command: string): readonly string[] | undefined {
  try {
    const script = `printf '%s\\0' ${command}`;
    const env = { HOME: home, PATH: "/usr/bin:/bin" };
    return execFileSync("bash", ["-c", script], { env, cwd: "/", stdio: "pipe", encoding: "utf8" })
      .split("\0")
      .slice(0, -1);
  } catch {
    return undefined;
  }
}

const pieces = [
  "a",
  "b c",
  "'",
  '"',
  "\\",
  " ",
  "\t",
  "~",
  "~/x",
  "/",
  "=",
  ":",
  "..",
  "-",
  "$",
  "`",
  "*",
  "?",
  "[a]",
  "{a,b}",
];
const morePieces = [
  "#",
  "!",
  "^",
  "%",
  ",",
  "é",
  "\u200b",
  "\u00a0",
  "\n",
  "\\\n",
  "\\$",
  "\\ ",
  "''",
  '""',
  "\\~",
  "a=~",
  "~root",
];

test("what is accepted splits into the words that bash makes of it", () => {
  let accepted = 0;
  const anyCommand = fc.array(fc.constantFrom(...pieces, ...morePieces), { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(anyCommand, (parts) => {
      const command = parts.join("");
      const [only, ...others] = splitCommand(command) ?? [];
      if (only === undefined) return;
      accepted += 1;
      expect(others).toEqual([]);
      expect(only.words.map(({ text, isTilde }) => (isTilde ? home + text.slice(1) : text))).toEqual(
        wordsOfBash(command),
      );
    }),
    { numRuns: 1_500 },
  );
  expect(accepted).toBeGreaterThan(150);
});

test("operators split commands, and only outside quotes", () => {
  const split = splitCommand(`ls -l | grep "a|b" && echo 'x;y' || true; pwd;`);
  expect(split?.map(({ before, words }) => [before, ...words.map(({ text }) => text)])).toEqual([
    ["", "ls", "-l"],
    ["|", "grep", "a|b"],
    ["&&", "echo", "x;y"],
    ["||", "true"],
    [";", "pwd"],
  ]);
});

test.each([
  "ls &",
  "ls & pwd",
  "ls |& cat",
  "ls > x",
  "cat < x",
  "cat <<E",
  "$(ls)",
  "`ls`",
  "echo $HOME",
  'echo "$HOME"',
  'echo "`id`"',
  "(ls)",
  "{ ls; }",
  "ls *",
  "ls ?",
  "ls [ab]",
  "ls {a,b}",
  "ls # x",
  "ls\npwd",
  "! ls",
  "echo 'open",
  'echo "open',
  "a\\",
  "| ls",
  "ls ||",
  "ls &&",
  "ls ;; ls",
  "echo a=~",
  "ls ~root",
  "ls​",
  "ls\xA0x",
  "echo ‮",
  "",
  " ",
  "\0",
  "ls\r",
])("%j is not understood", (command) => {
  expect(splitCommand(command)).toBeUndefined();
});
