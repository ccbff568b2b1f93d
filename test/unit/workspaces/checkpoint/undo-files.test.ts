import { hash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { WorkspaceTree } from "../../../../src/protocol/checkpoint.ts";
import { newId } from "../../../../src/lib/new-id.ts";
import { pruneSnapshots } from "../../../../src/workspaces/checkpoint/prune-snapshots.ts";
import { CheckpointLab } from "./checkpoint-lab.ts";

const later = Date.now() + 2 * 60 * 60_000;

describe("an undo", () => {
  test("takes the last call that changed something, then the one before it, and each undo back again", async () => {
    using lab = new CheckpointLab();
    lab.write({ a: "1" });
    await lab.run(() => lab.write({ a: "2" }));
    await lab.run(() => lab.write({ a: "3" }));
    await lab.run(() => undefined);
    const texts: string[] = [];
    const undone = [await lab.undo()];
    texts.push(lab.read("a"));
    undone.push(await lab.undo());
    texts.push(lab.read("a"));
    expect(await lab.undo()).toMatchObject({ status: "nothing" });
    for (const { checkpointId } of undone.toReversed()) {
      await lab.undo({ target: { since: checkpointId ?? "" } });
      texts.push(lab.read("a"));
    }
    expect(texts).toEqual(["2", "1", "2", "3"]);
  });

  test("finds the folder again that a person has made anew, with another mode", async () => {
    using lab = new CheckpointLab();
    chmodSync(lab.root, 0o710);
    lab.write({ a: "1" });
    await lab.run(() => lab.remove(""));
    mkdirSync(lab.root, { mode: 0o755 });
    expect(await lab.undo()).toMatchObject({ status: "undone", restored: [".", "a"], conflicts: [] });
    expect([lab.read("a"), statSync(lab.root).mode & 0o777]).toEqual(["1", 0o710]);
  });

  test("gives a folder the time that it had, whether it was made anew or stayed", async () => {
    using lab = new CheckpointLab();
    lab.write({ "stays/a": "1", "goes/b": "1" });
    const folders = ["stays", "goes", "."].map((name) => join(lab.root, name));
    for (const folder of folders) utimesSync(folder, 1_000, 1_000);
    await lab.run(() => ["stays/a", "goes"].forEach((path) => lab.remove(path)));
    expect(await lab.undo()).toMatchObject({ status: "undone", restored: ["goes", "goes/b", "stays/a"] });
    expect(folders.map((folder) => statSync(folder).mtimeMs)).toEqual([1_000_000, 1_000_000, 1_000_000]);
  });

  test("of a run takes back all of its calls and nothing of others", async () => {
    using lab = new CheckpointLab();
    lab.write({ a: "1", b: "1" });
    await lab.run(() => lab.write({ a: "2" }));
    lab.rows = lab.rows.map((row) => ({ ...row, runId: "earlier" }));
    await lab.run(() => lab.write({ a: "3" }));
    await lab.run(() => lab.write({ b: "3" }));
    expect(await lab.undo({ target: { runId: "r1" } })).toMatchObject({ status: "undone", restored: ["a", "b"] });
    expect([lab.read("a"), lab.read("b")]).toEqual(["2", "1"]);
  });

  test("of a call whose end nobody saw brings back what is missing, and asks about the rest", async () => {
    using lab = new CheckpointLab();
    lab.write({ gone: "1", changed: "1" });
    await lab.run(
      () => {
        lab.remove("gone");
        lab.write({ changed: "2" });
      },
      { goesOn: true },
    );
    expect(await lab.undo()).toMatchObject({ status: "conflict", conflicts: [{ path: "changed" }] });
    expect(readdirSync(lab.root)).toEqual(["changed"]);
    expect(await lab.undo({ onConflict: "keep" })).toMatchObject({ status: "undone", restored: ["gone"] });
    expect([lab.read("gone"), lab.read("changed")]).toEqual(["1", "2"]);
  });

  test("tells a person's change by the times of a file that was too large to be kept after the call", async () => {
    using lab = new CheckpointLab();
    lab.write({ small: "1" });
    const large = "x".repeat(17 * 1024 * 1024);
    await lab.run(() => lab.write({ large, second: large, small: "2" }));
    lab.write({ second: "mine" });
    expect(await lab.undo()).toMatchObject({ status: "conflict", conflicts: [{ path: "second" }] });
    expect(await lab.undo({ onConflict: "keep" })).toMatchObject({ restored: ["small"], removed: ["large"] });
    expect(readdirSync(lab.root)).toEqual(["second", "small"]);
  });

  test("with damaged contents says which file is lost, and brings back the others", async () => {
    using lab = new CheckpointLab();
    lab.write({ a: "first content", b: "second content" });
    await lab.run(() => ["a", "b"].forEach((path) => lab.remove(path)));
    const pack = join(
      lab.storeFolder,
      "packs",
      readdirSync(join(lab.storeFolder, "packs")).find((name) => name.endsWith(".pack")) ?? "",
    );
    const bytes = readFileSync(pack);
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20); // in the content that was kept first
    writeFileSync(pack, bytes);
    const report = await lab.undo();
    expect(report).toMatchObject({ status: "undone", restored: ["b"], lost: [{ path: "a" }] });
    expect(report.lost[0]?.why).toMatch(/missing or damaged/);
    expect(readdirSync(lab.root)).toEqual(["b"]);
  });

  test("that could not put everything back is repeated, and goes on with the rest", async () => {
    using lab = new CheckpointLab();
    lab.write({ a: "1", b: "1" });
    await lab.run(() => ["a", "b"].forEach((path) => lab.remove(path)));
    const halfway = (tree: WorkspaceTree): WorkspaceTree => ({
      ...tree,
      change: async (steps) => {
        const done = await tree.change(steps.filter(({ path }) => path !== "b"));
        return [...done, { path: "b", why: "the disk is full", isPassing: true }];
      },
    });
    const first = await lab.undo({}, halfway);
    expect(first).toMatchObject({ status: "unfinished", restored: ["a"], lost: [{ path: "b" }] });
    expect(first.checkpointId).toBeUndefined();
    expect(await lab.undo()).toMatchObject({ status: "undone", restored: ["b"], conflicts: [] });
    expect([lab.read("a"), lab.read("b")]).toEqual(["1", "1"]);
  });

  test("for which the disk has no room says so and changes nothing", async () => {
    using lab = new CheckpointLab();
    lab.write({ a: "1" });
    await lab.run(() => lab.write({ a: "2" }));
    lab.write({ mine: "mine" });
    const full = (tree: WorkspaceTree): WorkspaceTree => ({
      ...tree,
      read: () => {
        throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      },
    });
    await expect(lab.undo({}, full)).rejects.toThrow(/the disk is full/);
    expect(lab.read("a")).toBe("2");
  });

  test("that was killed is repeated: what is back stays, the rest follows", async () => {
    using lab = new CheckpointLab();
    lab.write({ a: "1", b: "1" });
    await lab.run(() => ["a", "b"].forEach((path) => lab.remove(path)));
    await lab.undo();
    const [undo, ...rows] = lab.rows;
    if (undo === undefined) throw new Error("the undo left no row");
    lab.rows = [{ ...undo, after: undefined, changedFiles: undefined }, ...rows];
    lab.remove("b");
    expect(await lab.undo()).toMatchObject({ status: "undone", restored: ["b"], conflicts: [] });
    expect([lab.read("a"), lab.read("b")]).toEqual(["1", "1"]);
    expect(await lab.undo()).toMatchObject({ status: "nothing" });
  });
});

describe("pruning", () => {
  test("keeps what the newest checkpoint of each session needs, and frees the rest", async () => {
    using lab = new CheckpointLab();
    for (const text of ["1", "2", "3", "4"]) await lab.run(() => lab.write({ a: text.repeat(1_000) }));
    const [newest] = lab.rows;
    const other = { ...lab.rows[2], sessionId: "s2" };
    const rows = lab.rows.map((row) => (row.id === other.id ? { ...row, sessionId: "s2" } : row));
    await pruneSnapshots(lab.store, { rows, maxBytes: 0, now: later, newId });
    expect(new Set(lab.store.list().map(({ id }) => id))).toEqual(
      new Set([newest?.before, newest?.after, other.before, other.after]),
    );
    expect(await lab.undo()).toMatchObject({ status: "undone", restored: ["a"] });
    expect(lab.read("a")).toBe("3".repeat(1_000));
  });

  test("moves what is still needed out of a pack, and says what is not kept any more", async () => {
    using lab = new CheckpointLab();
    lab.write({ kept: "kept", x: "x1", y: "y1", z: "z1" });
    await lab.run(() => ["x", "y", "z"].forEach((path) => lab.remove(path)));
    await lab.run(() => lab.write({ kept: "more" }));
    const [, first] = lab.rows;
    await pruneSnapshots(lab.store, { rows: lab.rows.slice(0, 1), maxBytes: 1e9, now: later, newId });
    await expect(lab.undo({ target: { since: first?.id ?? "" } })).rejects.toThrow(/is not kept any more/);
    expect(await lab.undo()).toMatchObject({ status: "undone", restored: ["kept"] });
    expect(lab.read("kept")).toBe("kept");
    expect(packedText(lab)).not.toContain("x1");
  });

  test("leaves alone what was written within the hour, and removes what a killed process left half done", async () => {
    using lab = new CheckpointLab();
    await lab.run(() => lab.write({ a: "1" }));
    await lab.run(() => lab.write({ a: "2" }));
    writeFileSync(join(lab.storeFolder, "packs", "half.pack"), "half");
    const before = lab.store.list();
    await pruneSnapshots(lab.store, { rows: [], maxBytes: 0, now: Date.now(), newId });
    expect([lab.store.list(), packedText(lab).includes("half")]).toEqual([before, true]);
    for (const { id } of before) lab.store.remove(id);
    await pruneSnapshots(lab.store, { rows: [], maxBytes: 0, now: Date.now(), newId });
    expect(lab.store.contents.has(hash("sha256", "2"))).toBe(true);
    await pruneSnapshots(lab.store, { rows: [], maxBytes: 0, now: later, newId });
    expect(packedText(lab)).toBe("");
  });
});

function packedText(lab: CheckpointLab): string {
  const folder = join(lab.storeFolder, "packs");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".pack"))
    .map((name) => readFileSync(join(folder, name), "latin1"))
    .join();
}
