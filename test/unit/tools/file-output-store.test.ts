import { mkdtemp, readdir, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createOutputStore } from "../../../src/tools/file-output-store.ts";

const newFolder = async () => join(await mkdtemp(join(tmpdir(), "hermes-outputs-")), "outputs");

test("what was saved is read again, whole or in part, by this user only", async () => {
  const folder = await newFolder();
  const store = createOutputStore(folder);
  expect(await store.save("call_1", Buffer.from("0123456789"))).toBe("output:call_1");
  expect(Buffer.from((await store.load("output:call_1")) ?? "").toString()).toBe("0123456789");
  expect(Buffer.from((await store.load("output:call_1", { offset: 8, length: 9 })) ?? "").toString()).toBe("89");
  expect(await store.size("output:call_1")).toBe(10);
  expect((await stat(join(folder, "call_1.out"))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test.each(["../../x", "/etc/passwd", "..", ".", "a/b", "a\\b", "a\0b"])(
  "the id %j stays in the folder and its own",
  async (id) => {
    const folder = await newFolder();
    const store = createOutputStore(folder);
    const name = await store.save(id, Buffer.from("x"));
    expect(await readdir(folder)).toHaveLength(1);
    expect(Buffer.from((await store.load(name)) ?? "").toString()).toBe("x");
    expect(await store.load("output:other")).toBeUndefined();
  },
);

test("beyond the limit the oldest go first, never the newest", async () => {
  const folder = await newFolder();
  const store = createOutputStore(folder, 25);
  for (const [index, id] of ["a", "b", "c"].entries()) {
    await store.save(id, Buffer.alloc(10));
    await utimes(join(folder, `${id}.out`), 1_000 + index, 1_000 + index);
  }
  expect(await readdir(folder)).toEqual(["b.out", "c.out"]);
  await store.save("big", Buffer.alloc(100));
  expect(await readdir(folder)).toEqual(["big.out"]);
});
