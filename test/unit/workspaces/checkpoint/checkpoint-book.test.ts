import { readdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TreeEntry, WorkspaceTree } from "../../../../src/protocol/checkpoint.ts";
import { CheckpointLab } from "./checkpoint-lab.ts";

const unchanged = (): void => undefined;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe("a checkpoint", () => {
  test("of an unchanged folder is the one that is there, also in a new process", async () => {
    using lab = new CheckpointLab();
    lab.write({ a: "1", "b/c": "2" });
    await lab.run(unchanged);
    lab.restart();
    await lab.run(unchanged);
    const [second, first] = lab.rows;
    expect(new Set([first?.before, first?.after, second?.before, second?.after]).size).toBe(1);
    expect(lab.store.list()).toHaveLength(1);
    expect(lab.rows.map(({ changedFiles }) => changedFiles)).toEqual([0, 0]);
  });

  test("is taken of what a command may change, not of what only reads or sends", async () => {
    using lab = new CheckpointLab();
    lab.write({ a: "1" });
    for (const effect of ["read", "send"] as const) await lab.run(unchanged, { effect });
    expect(lab.rows).toEqual([]);
  });

  test("names what a command changed, at most eight, without the inside of .git and folders with content", async () => {
    using lab = new CheckpointLab();
    lab.write({ a: "1", gone: "1" });
    const few = await lab.run(() => {
      lab.write({ a: "2", "new/file": "3", ".git/HEAD": "x" });
      lab.remove("gone");
    });
    expect(few.told).toBe("\n[changed: a, new/file (new), gone (gone)]");
    const many = await lab.run(() => {
      lab.write(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`n${index + 10}`, "x"])));
    });
    expect(many.told).toBe(
      `\n[changed: ${[10, 11, 12, 13, 14, 15, 16, 17].map((n) => `n${n} (new)`).join(", ")} (+12)]`,
    );
    expect((await lab.run(unchanged)).told).toBe("");
    expect((await lab.run(() => lab.write({ "odd\nname": "" }))).told).toBe("\n[changed: odd\\x0aname (new)]");
  });

  test("of a tool that names its files looks at these alone, and takes its folders back too", async () => {
    using lab = new CheckpointLab();
    lab.write({ other: "1" });
    const intent = { effect: "write", subject: "n/m/f", paths: ["n/m/f"] } as const;
    expect((await lab.call(intent, () => lab.write({ "n/m/f": "x", other: "changed by a person" }))).told).toBe("");
    expect(lab.rows.map(({ changedFiles }) => changedFiles)).toEqual([3]);
    expect(await lab.undo()).toMatchObject({ status: "undone", removed: ["n", "n/m", "n/m/f"], restored: [] });
    expect([readdirSync(lab.root), lab.read("other")]).toEqual([["other"], "changed by a person"]);
  });

  test("sees a change that left size and times as they were, as long as they are too young to be trusted", async () => {
    const times = { modifiedMs: Date.now() + 60_000, changedMs: Date.now() + 60_000, inode: 1 };
    using lab = new CheckpointLab({
      tree: (tree) => ({
        ...tree,
        list: async (options, signal) => frozen(await tree.list(options, signal), times),
        async *read(paths, signal) {
          for await (const file of tree.read(paths, signal)) yield { ...file, entry: { ...file.entry, ...times } };
        },
      }),
    });
    lab.write({ a: "one" });
    expect((await lab.run(() => lab.write({ a: "two" }))).told).toBe("\n[changed: a]");
  });
});

function frozen(
  listing: Awaited<ReturnType<WorkspaceTree["list"]>>,
  times: Partial<TreeEntry>,
): Awaited<ReturnType<WorkspaceTree["list"]>> {
  return { ...listing, entries: new Map([...listing.entries].map(([path, entry]) => [path, { ...entry, ...times }])) };
}

describe("what is not protected", () => {
  test("is told once, also over processes, and again when it is something else", async () => {
    using lab = new CheckpointLab();
    lab.write({ "node_modules/x": "1", a: "1" });
    const told = "An undo does not bring back: node_modules (a tool makes it again).";
    expect((await lab.run(unchanged)).notice).toBe(told);
    expect((await lab.run(unchanged)).notice).toBeUndefined();
    lab.restart();
    expect((await lab.run(unchanged)).notice).toBeUndefined();
    lab.write({ "p/__pycache__/x": "1" });
    expect((await lab.run(unchanged)).notice).toContain("node_modules, p/__pycache__ (a tool makes it again)");
  });

  test("is said again when it is missed", async () => {
    using lab = new CheckpointLab({ limits: { maxFileBytes: 10 } });
    lab.write({ "node_modules/x": "1", small: "1", large: "x".repeat(11) });
    const done = await lab.run(() => ["node_modules", "small", "large"].forEach((path) => lab.remove(path)));
    expect(done.notice).toContain("large (too large)");
    expect(await lab.undo()).toMatchObject({
      status: "undone",
      restored: ["small"],
      lost: [
        { path: "large", why: "it was not protected" },
        { path: "node_modules", why: "it was not protected: a tool makes it again" },
      ],
    });
  });

  test("when there is too much at once the small files are protected, and the rest with the next checkpoint", async () => {
    using lab = new CheckpointLab({ limits: { maxNewBytes: 10 } });
    lab.write({ a: "x".repeat(8), b: "1", c: "22" });
    await pause(200); // younger files are not trusted, and read again
    expect((await lab.run(unchanged)).notice).toBe("An undo does not bring back: a (too much at once).");
    expect((await lab.run(unchanged)).notice).toBeUndefined();
    await lab.run(() => ["a", "b", "c"].forEach((path) => lab.remove(path)));
    expect(await lab.undo()).toMatchObject({ restored: ["a", "b", "c"], lost: [] });
  });

  test("a folder with too many names: commands go on and say so, files that are named are protected", async () => {
    using lab = new CheckpointLab({ limits: { maxEntries: 3 } });
    lab.write({ a: "1", b: "1", c: "1", d: "1" });
    const why = "the folder holds more than 3 names";
    expect(await lab.run(unchanged)).toEqual({
      notice: `No checkpoint could be taken (${why}): what this call changes cannot be undone.`,
      told: `\n[no checkpoint could be taken (${why}): this cannot be undone]`,
    });
    expect(await lab.run(unchanged)).toMatchObject({ notice: undefined, told: expect.stringContaining(why) });
    await lab.call({ effect: "write", subject: "a", paths: ["a"] }, () => lab.write({ a: "2" }));
    expect(await lab.undo()).toMatchObject({ status: "undone", restored: ["a"] });
    expect(lab.read("a")).toBe("1");
  });

  test("what lies outside the folder", async () => {
    using lab = new CheckpointLab();
    const done = await lab.call({ effect: "write", subject: "../x", paths: ["../x"] }, unchanged);
    expect(done.notice).toMatch(/No checkpoint could be taken \(.*\/x is outside the working folder\)/);
    expect(lab.rows).toEqual([]);
  });
});

describe("a full disk", () => {
  const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
  const tree = (inner: WorkspaceTree): WorkspaceTree => ({
    ...inner,
    async *read(paths, signal) {
      for await (const file of inner.read(paths, signal)) {
        yield file;
        throw full; // as writing what was read does
      }
    },
  });

  test("is told to the person and to the model; the call goes on, nothing half is left", async () => {
    using lab = new CheckpointLab({ tree });
    lab.write({ a: "x".repeat(5_000_000) });
    const done = await lab.run(() => lab.write({ a: "2" }));
    expect(done.notice).toMatch(/^No checkpoint could be taken \(.*the disk is full.*cannot be undone\.$/);
    expect(done.told).toMatch(/no checkpoint could be taken \(.*the disk is full/);
    expect([lab.rows, lab.store.list(), readdirSync(join(lab.storeFolder, "packs"))]).toEqual([[], [], []]);
  });

  test("refuses the call where checkpoints are required", async () => {
    using lab = new CheckpointLab({ tree, mode: "required" });
    lab.write({ a: "1" });
    expect((await lab.run(() => lab.write({ a: "2" }))).refused).toMatch(/^Not run: .*the disk is full/);
    expect(lab.read("a")).toBe("1");
  });
});

test("contents are for this user only", async () => {
  using lab = new CheckpointLab();
  lab.write({ a: "secret" });
  await lab.run(() => utimesSync(join(lab.root, "a"), 1, 1));
  for (const folder of ["packs", "snapshots"]) {
    expect(statSync(join(lab.storeFolder, folder)).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(join(lab.storeFolder, folder))) {
      expect(statSync(join(lab.storeFolder, folder, file)).mode & 0o777).toBe(0o600);
    }
  }
});
