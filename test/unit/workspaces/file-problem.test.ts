import { expect, test } from "vitest";
import { fileProblem } from "../../../src/workspaces/local/file-problem.ts";

const failing = (code: string) => Object.assign(new Error(code), { code });

test.each([
  ["ENOSPC", "file-failed", true, /disk is full/],
  ["EACCES", "file-failed", false, /owner and the mode/],
  ["EROFS", "file-failed", false, /read-only/],
  ["ENOENT", "not-found", false, /no such file/],
])("%s becomes a sentence with its fix", (...[code, expected, retryable, text]) => {
  const problem = fileProblem("write", "a b", failing(code));
  expect(problem).toMatchObject({ code: expected, retryable });
  expect(problem.message).toMatch(/^Cannot write "a b": /);
  expect(problem.message).toMatch(text);
  expect(problem.cause).toMatchObject({ code });
});
