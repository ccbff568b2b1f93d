import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";

import { readJournal, ReserveJournal } from "../../../src/store/reserve-journal.ts";

function makePlace(): { readonly spare: string; readonly own: string } {
  const folder = mkdtempSync(join(tmpdir(), "hermes-journal-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { spare: join(folder, "spare"), own: join(folder, "own") };
}

test("its blocks are on the disk before anything is written", async () => {
  const { spare, own } = makePlace();
  await ReserveJournal.prepare(spare, own);
  expect(statSync(own).size).toBe(1024 * 1024);
  expect(statSync(own).blocks * 512).toBeGreaterThanOrEqual(1024 * 1024);
  expect(statSync(own).mode & 0o777).toBe(0o600);
  expect(readJournal(own)).toEqual([]);
});

test("it grows beyond its reserve where there is room", async () => {
  const { spare, own } = makePlace();
  const journal = await ReserveJournal.prepare(spare, own);
  const records = ["a", "b".repeat(900_000), "c".repeat(900_000), "d"];
  for (const record of records) journal.append(record);
  expect(readJournal(own)).toEqual(records);
});

test("what was written before it was cleared never comes back, also as a spare", async () => {
  const { spare, own } = makePlace();
  const journal = await ReserveJournal.prepare(spare, own);
  for (const record of ["one", "two", "three"]) journal.append(record);
  journal.clear();
  expect(readJournal(own)).toEqual([]);
  journal.append("new"); // as long as "one": the old second record follows it exactly
  expect(readJournal(own)).toEqual(["new"]);
  journal.close(spare);
  await ReserveJournal.prepare(spare, own);
  expect(readJournal(own)).toEqual([]);
});

test("a write torn at any byte loses only the last record", async () => {
  const { spare, own } = makePlace();
  const journal = await ReserveJournal.prepare(spare, own);
  const records = ["première", "zweite 🧶", "third"];
  const ends: number[] = [];
  for (const record of records) {
    journal.append(record);
    ends.push((ends.at(-1) ?? 8) + 8 + Buffer.byteLength(record));
  }
  const whole = readFileSync(own);
  const last = ends.at(-1) ?? 0;
  for (let cut = ends[1] ?? 0; cut < last; cut += 1) {
    const torn = Buffer.from(whole);
    torn.fill(0, cut, last);
    if (torn.equals(whole)) continue;
    writeFileSync(own, torn);
    expect(readJournal(own)).toEqual(records.slice(0, 2));
    writeFileSync(own, whole.subarray(0, cut));
    expect(readJournal(own)).toEqual(records.slice(0, 2));
  }
});

test("no damage makes it return what was never written, or throw", async () => {
  const { spare, own } = makePlace();
  const journal = await ReserveJournal.prepare(spare, own);
  const records = ["first", "second", "third", "fourth"];
  for (const record of records) journal.append(record);
  const whole = readFileSync(own).subarray(0, 200);
  const damage = fc.array(fc.record({ at: fc.nat({ max: 199 }), byte: fc.nat({ max: 255 }) }), { maxLength: 4 });
  fc.assert(
    fc.property(damage, fc.nat({ max: 200 }), (changes, length) => {
      const bytes = Buffer.from(whole);
      for (const { at, byte } of changes) bytes[at] = byte;
      writeFileSync(own, bytes.subarray(0, length));
      const found = readJournal(own);
      expect(found).toEqual(records.slice(0, found.length));
    }),
  );
});
