import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keyFolder } from "../../../src/app/home.ts";
import { ownKey } from "../../../src/app/own-key.ts";

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "hermes-own-key-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test("a key is made once, is for this user only, and is another for another use", () => {
  const environment = { HOME: parent };
  const first = ownKey(environment, "checkpoints");
  expect(ownKey(environment, "checkpoints")).toEqual(first);
  expect(ownKey(environment, "marks")).not.toEqual(first);
  const folder = keyFolder(environment);
  expect(readdirSync(folder).toSorted()).toEqual(["checkpoints.key", "marks.key"]);
  expect(statSync(join(folder, "checkpoints.key")).mode & 0o777).toBe(0o600);
});

test("a damaged key and one that cannot be kept are told, and never replaced in silence", () => {
  const environment = { HOME: parent };
  mkdirSync(keyFolder(environment), { recursive: true });
  writeFileSync(join(keyFolder(environment), "checkpoints.key"), "short");
  expect(() => ownKey(environment, "checkpoints")).toThrow(/is damaged; bring it back/);
  writeFileSync(join(parent, "file"), "");
  expect(() => ownKey({ HOME: join(parent, "file") }, "checkpoints")).toThrow(/make its folder writable/);
});
