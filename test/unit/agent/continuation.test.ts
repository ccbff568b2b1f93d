import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Continuation } from "../../../src/agent/continuation.ts";

function continued(said: string, deltas: readonly string[]): string {
  const continuation = new Continuation(said);
  return deltas.map((delta) => continuation.push(delta)).join("") + continuation.end();
}

describe("Continuation", () => {
  test("goes on where the answer stopped", () => {
    expect(continued("The answer is ", ["forty", "-two."])).toBe("forty-two.");
  });

  test("says nothing twice when the model begins again", () => {
    expect(continued("The answer is ", ["The ans", "wer is fo", "rty-two."])).toBe("forty-two.");
  });

  test("drops an overlap with the end of what was said", () => {
    expect(continued("First point. Second point is", ["Second point is", " longer."])).toBe(" longer.");
  });

  test("gives back everything that is new, however it is split", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (said, deltas) => {
        const whole = deltas.join("");
        expect(said + whole).toContain(continued(said, deltas));
        expect(whole.endsWith(continued(said, deltas))).toBe(true);
      }),
    );
  });

  test("repeats nothing for any cut of any answer begun again", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), (answer, at) => {
        const said = answer.slice(0, at % answer.length);
        expect(said + continued(said, Array.from(answer))).toBe(answer);
      }),
    );
  });
});
