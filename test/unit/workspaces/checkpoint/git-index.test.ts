import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isGitIndex, stagedDigest } from "../../../../src/workspaces/checkpoint/git-index.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hermes-index-"));
  git("init", "-q");
  for (const name of ["a", "longer name", "ö"]) writeFileSync(join(folder, name), name);
  git("add", ".");
});
afterAll(() => rmSync(folder, { recursive: true }));

function git(...args: readonly string[]): void {
  execFileSync("git", args, { cwd: folder });
}

function index(): Buffer {
  return readFileSync(join(folder, ".git", "index"));
}

test("looking at the state of the work changes the index and not what is staged; staging does", () => {
  const before = index();
  utimesSync(join(folder, "a"), 1_000_000, 1_000_000);
  git("status");
  const looked = index();
  expect(looked.equals(before)).toBe(false);
  expect(stagedDigest(looked)).toMatch(/^[0-9a-f]{64}$/);
  expect(stagedDigest(looked)).toBe(stagedDigest(before));
  writeFileSync(join(folder, "a"), "changed");
  git("add", "a");
  expect(stagedDigest(index())).not.toBe(stagedDigest(before));
  const staged = stagedDigest(index());
  git("add", "--chmod=+x", "a");
  expect(stagedDigest(index())).not.toBe(staged);
});

test("what is intended to be added counts as staged", () => {
  const before = stagedDigest(index());
  writeFileSync(join(folder, "later"), "x");
  git("add", "--intent-to-add", "later");
  expect(stagedDigest(index())).toMatch(/^[0-9a-f]{64}$/);
  expect(stagedDigest(index())).not.toBe(before);
});

test("a form that is not understood, and a damaged one, are not guessed at", () => {
  const whole = index();
  git("update-index", "--index-version", "4");
  expect(stagedDigest(index())).toBeUndefined();
  expect(stagedDigest(whole.subarray(0, 100))).toBeUndefined();
  expect(stagedDigest(Buffer.from("DIRC"))).toBeUndefined();
  expect(
    stagedDigest(Buffer.concat([whole.subarray(0, -20), Buffer.from("link\0\0\0\0"), whole.subarray(-20)])),
  ).toBeUndefined();
});

test("only the index itself is one", () => {
  const paths = [".git/index", "sub/.git/index", ".git/modules/x/index", "index"];
  expect(paths.filter(isGitIndex)).toEqual([".git/index", "sub/.git/index"]);
});
