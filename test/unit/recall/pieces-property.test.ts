import fc from "fast-check";
import { expect, test } from "vitest";

import { editDistance } from "../../../src/lib/edit-distance.ts";
import { textOf } from "../../../src/protocol/message.ts";
import { openSearchLab, type SearchLab } from "./search-lab.ts";

const messages = 60;
const probes = 125; // of each of four kinds
// no vowels and no s: a word is then its own stem
const letter = fc.constantFrom(..."bcdfghjklmnpqrtvwxz".split(""));
const word = fc.string({ unit: letter, minLength: 3, maxLength: 14 });
const unspaced = fc.string({
  unit: fc.constantFrom(..."猫犬天地人東京한국어ひカ".split("")),
  minLength: 1,
  maxLength: 6,
});
const line = fc.array(fc.oneof(word, unspaced, word), { minLength: 3, maxLength: 10 }).map((words) => words.join(" "));

async function found(lab: SearchLab, text: string): Promise<readonly string[]> {
  const windows = await lab.search({ text });
  return windows
    .flatMap(({ messages: shown, found: seqs }) => shown.filter(({ seq }) => seqs.includes(seq)))
    .map(({ message }) => textOf(message))
    .toSorted();
}

test("parts, beginnings, one or two unspaced letters and slips find what reading everything would find", async () => {
  const texts = fc.sample(line, { numRuns: messages, seed: 3 });
  await using lab = await openSearchLab();
  for (const text of texts) await lab.say(text);
  const having = (isHit: (text: string) => boolean): readonly string[] => texts.filter(isHit).toSorted();
  const words = texts.flatMap((text) => text.split(" ")).filter((one) => /^[a-z]+$/.test(one));
  const long = words.filter((one) => one.length >= 9);
  const places = fc.sample(fc.tuple(fc.nat(), fc.nat()), { numRuns: probes, seed: 4 });
  for (const [which, where] of places) {
    const source = long[which % long.length] ?? "";
    const part = source.slice(1 + (where % 3), 6 + (where % 3));
    expect({ part, found: await found(lab, part) }).toEqual({ part, found: having((text) => text.includes(part)) });
    const prefix = source.slice(0, 5);
    expect({ prefix, found: await found(lab, prefix) }).toEqual({
      prefix,
      found: having((text) => text.includes(prefix)),
    });
    const at = 1 + (where % (source.length - 2));
    const typo = source.slice(0, at) + source.charAt(at + 1) + source.charAt(at) + source.slice(at + 2);
    const isNear = (text: string): boolean => text.split(" ").some((one) => editDistance(one, typo) <= 1);
    expect({ typo, found: await found(lab, typo) }).toEqual({ typo, found: having(isNear) });
    const runs = texts.flatMap((text) => text.match(/[^a-z ]+/g) ?? []);
    const run = Array.from(runs[which % runs.length] ?? "");
    const letters = run.slice(where % run.length, (where % run.length) + 1 + (which % 2)).join("");
    expect({ letters, found: await found(lab, letters) }).toEqual({
      letters,
      found: having((text) => text.includes(letters)),
    });
  }
}, 60_000);
