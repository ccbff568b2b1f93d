import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MaskedStream } from "../../../src/secrets/masked-stream.ts";
import { findPlaceholder, Masker } from "../../../src/secrets/masker.ts";

const door = "swordfish-0042";
const card = "4539 1488 0343 6467";
const privateKey = `${["-----BEGIN", "PRIVATE KEY-----"].join(" ")}\n${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAo\n".repeat(20)}-----END PRIVATE KEY-----`;

function newMasker(key = "k"): Masker {
  return new Masker({ known: [{ name: "DOOR", value: door }], markKey: Buffer.from(key), shapes: "all" });
}

describe("a mask", () => {
  test("is the name of a known value, and of any other a mark that stays the same", () => {
    const masker = newMasker();
    const once = masker.text(`${door} ${card} ${card}`);
    expect(once).toMatch(/^‹secret:DOOR› (‹secret:[0-9a-f]{6}›) \1$/u);
    expect(newMasker().text(`${door} ${card} ${card}`)).toBe(once);
    expect(newMasker("other").text(card)).not.toBe(masker.text(card));
    expect(masker.unnamed).toBe(1);
  });

  test("put on twice is as once", () => {
    const text = `a ${door} b ${card} c ${privateKey} d token=q8Wn3Zr7Tb1Xc5Vm9Kd2`;
    const once = newMasker().text(text);
    expect(newMasker().text(once)).toBe(once);
    expect(once.split("‹secret:")).toHaveLength(5);
  });

  test("covers every text of a value, and leaves a value without secrets the very same", () => {
    const clean = { a: ["x", 1, null], b: { c: true }, bytes: new Uint8Array(3), map: new Map([["k", "v"]]) };
    expect(newMasker().value(clean)).toBe(clean);
    expect(newMasker().value({ ...clean, a: [`say ${door}`] })).toEqual({ ...clean, a: ["say ‹secret:DOOR›"] });
  });

  test("covers bytes that are no text", () => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(door), Buffer.from([128, 10])]);
    const masked = Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from("‹secret:DOOR›"), Buffer.from([128, 10])]);
    expect(Buffer.from(newMasker().bytes(bytes))).toEqual(masked);
    const clean = Buffer.from("nothing here");
    expect(newMasker().bytes(clean)).toBe(clean);
  });

  test("is found again in whatever the model writes", () => {
    expect(findPlaceholder({ path: "a", edits: [{ text: "x ‹secret:1a2b3c› y" }] })).toBe("‹secret:1a2b3c›");
    expect(findPlaceholder({ path: "a", many: ["secret:1a2b3c", 3, null] })).toBeUndefined();
  });
});

describe("pieces of a longer output", () => {
  test.each([1, 7, 64, 1_000])("of %i bytes hold no part of a value, and together everything else", async (length) => {
    const text = `head ${door} ü middle ${privateKey} and ${card} tail`;
    const bytes = Buffer.from(text);
    const masker = newMasker();
    const read = (from: number, many: number): Promise<Uint8Array> =>
      Promise.resolve(bytes.subarray(from, from + many));
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += length) {
      pieces.push(await masker.piece(read, at, Math.min(length, bytes.length - at)));
    }
    expect(Buffer.concat(pieces).toString()).toBe(masker.text(text));
  });
});

describe("a stream", () => {
  test("is masked as the whole text would be, wherever it is cut", () => {
    const words = fc.constantFrom(
      door,
      card,
      "word ",
      "1234 ",
      "\n",
      " token=q8Wn3Zr7Tb1Xc5Vm9Kd2 ",
      "ü",
      " ",
      "x-1 ",
      "open sesame 7 now",
    );
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (parts, cuts) => {
          const text = parts.join("");
          const known = [door, "open sesame 7"].map((value) => ({ name: "DOOR", value }));
          const masker = new Masker({ known, markKey: Buffer.from("k"), shapes: "all" });
          const stream = new MaskedStream(masker);
          let shown = "";
          for (let at = 0, turn = 0; at < text.length; turn++) {
            const length = cuts[turn % cuts.length] ?? 1;
            shown += stream.push(text.slice(at, at + length));
            at += length;
          }
          expect(shown + stream.end()).toBe(masker.text(text));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("passes words on as soon as they are whole", () => {
    const stream = new MaskedStream(newMasker());
    expect(stream.push("Hello wor")).toBe("Hello ");
    expect(stream.push("ld, all ")).toBe("world, all ");
  });
});
