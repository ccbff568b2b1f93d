import { expect, test } from "vitest";
import { ContentSeal } from "../../../../src/workspaces/checkpoint/content-seal.ts";

const seal = new ContentSeal(Buffer.alloc(32, 1));
const text = Buffer.from("a canary in a file");

test("what was sealed comes back, shows nothing, and is never sealed the same twice", () => {
  const sealed = seal.seal(text);
  expect(seal.open(sealed)).toEqual(text);
  expect(Buffer.from(sealed).includes("canary")).toBe(false);
  expect(seal.seal(text)).not.toEqual(sealed);
  expect(seal.open(seal.seal(Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
});

test("another key, a changed byte and a cut open nothing", () => {
  const sealed = Buffer.from(seal.seal(text));
  expect(new ContentSeal(Buffer.alloc(32, 2)).open(sealed)).toBeUndefined();
  const changed = Buffer.from(sealed);
  changed[sealed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  expect(seal.open(changed)).toBeUndefined();
  expect(seal.open(sealed.subarray(0, -1))).toBeUndefined();
  expect(seal.open(sealed.subarray(0, 5))).toBeUndefined();
});
