import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { beginRestore, beginSwitch, settleRestore, type RestoreMark } from "../../../src/app/interrupted-restore.ts";

let folder = "";
let home = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hermes-restore-"));
  home = join(folder, "home");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const dead = { host: hostname(), pid: 2 ** 22 + 1, startedAt: "gone" };

function make(name: string, version: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "hermes.db"), version);
}

function mark(change: Partial<RestoreMark> & { readonly phase?: "unpacking" | "switching" } = {}): void {
  const { phase = "switching", ...rest } = change;
  beginRestore(home, { owner: dead, restoring: `${home}.restoring`, keptAs: `${home}.before`, ...rest });
  if (phase === "switching") beginSwitch(home);
}

const left = (): readonly string[] => readdirSync(folder).toSorted();
const version = (): string => readFileSync(join(home, "hermes.db"), "utf8");

test("nothing is said and done where nothing was restored", () => {
  expect(settleRestore(home)).toBeUndefined();
});

test.each(["unpacking", "switching"] as const)(
  "killed while %s, before anything was moved: the old home stays",
  (phase) => {
    make("home", "old");
    make("home.restoring", "new");
    mark({ phase });
    expect(settleRestore(home)).toContain("interrupted");
    expect([left(), version()]).toEqual([["home"], "old"]);
  },
);

test("killed between the two renames: the old home is back, also when a start made a folder for its cache meanwhile", () => {
  make("home.before", "old");
  make("home.restoring", "new");
  mkdirSync(join(home, "cache", "compile"), { recursive: true });
  mark();
  expect(settleRestore(home)).toContain("interrupted");
  expect([left(), version()]).toEqual([["home"], "old"]);
});

test("killed after the second rename: the new home is there, the old one beside it", () => {
  make("home.before", "old");
  make("home", "new");
  mark();
  expect(settleRestore(home)).toContain("in place");
  expect([left(), version()]).toEqual([["home", "home.before"], "new"]);
});

test("killed where there was no home before: there is none", () => {
  make("home.restoring", "new");
  mark({ keptAs: undefined });
  expect(settleRestore(home)).toContain("interrupted");
  expect(left()).toEqual([]);
});

test("one that is at work is left alone, and at its last step nobody starts", () => {
  make("home", "old");
  const parent = { host: hostname(), pid: process.ppid, startedAt: "unknown" };
  mark({ owner: parent, phase: "unpacking" });
  expect(settleRestore(home)).toBeUndefined();
  beginSwitch(home);
  expect(() => settleRestore(home)).toThrow(`being restored by process ${process.ppid}`);
  expect(existsSync(`${home}.restore-switch`)).toBe(true);
});

test("killed while it made its mark: nothing had begun", () => {
  make("home", "old");
  writeFileSync(`${home}.restore-mark`, '{"owner":');
  expect(settleRestore(home)).toBeUndefined();
  expect([left(), version()]).toEqual([["home"], "old"]);
});

test("two restores into one home do not meet", () => {
  mark({ owner: { host: hostname(), pid: process.ppid, startedAt: "unknown" }, phase: "unpacking" });
  expect(() => mark()).toThrow(`being restored by process ${process.ppid}`);
});
