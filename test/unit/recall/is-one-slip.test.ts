import fc from "fast-check";
import { expect, test } from "vitest";

import { editDistance } from "../../../src/lib/edit-distance.ts";
import { isOneSlip } from "../../../src/recall/is-one-slip.ts";

const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });

test("one slip is what takes at most one step from word to word", () => {
  const property = fc.property(word, word, (left, right) => {
    expect({ left, right, is: isOneSlip(left, right) }).toEqual({ left, right, is: editDistance(left, right) <= 1 });
  });
  fc.assert(property, { numRuns: 3000 });
});
