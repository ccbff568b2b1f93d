import { describe, expect, test } from "vitest";
import { readCommandLine } from "../../../src/cli/command-line.ts";

describe("readCommandLine", () => {
  test.each([
    [["-p", "do it", "--yes"], { prompt: "do it", yes: true }],
    [["-p", "-x is a flag, explain"], { prompt: "-x is a flag, explain" }],
    [["-p"], { prompt: "-" }],
    [["-p", "--yes"], { prompt: "-", yes: true }],
    [["-p", "-y", "--json"], { prompt: "-", yes: true, json: true }],
    [["-c", "-p", "more"], { prompt: "more", isContinuing: true }],
    [["-r", "abc", "-p", "more"], { prompt: "more", resume: "abc" }],
    [["--allow", "read /etc/*", "--allow", "execute make*", "-p", "x"], { allow: ["read /etc/*", "execute make*"] }],
    [["sessions", "list", "--json"], { words: ["sessions", "list"], json: true }],
  ])("%j", (argv, part) => {
    expect(readCommandLine(argv)).toMatchObject(part);
  });

  test.each([
    [["--jsn"], "There is no option --jsn; did you mean --json?: see hermes --help."],
    [["--limit", "-5"], "Option '--limit' argument is ambiguous: see hermes --help."],
    [["--resume"], /resume.*see hermes --help\.$/u],
    [["--yes=no"], /yes.*see hermes --help\.$/u],
  ])("%j is refused with the fix", (argv, sentence) => {
    expect(() => readCommandLine(argv)).toThrow(sentence);
  });
});
