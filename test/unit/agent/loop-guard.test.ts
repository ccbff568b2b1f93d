import { describe, expect, test } from "vitest";
import { LoopGuard, type GuardVerdict } from "../../../src/agent/loop-guard.ts";

type Step = { readonly input: string; readonly result: string; readonly at: number };

function verdicts(steps: readonly Step[]): readonly GuardVerdict[] {
  const guard = new LoopGuard();
  return steps.map(({ input, result, at }) => {
    const verdict = guard.next("terminal", { command: input }, at);
    guard.returned("terminal", { command: input }, result);
    return verdict;
  });
}

function times(count: number, step: (index: number) => Step): readonly Step[] {
  return Array.from({ length: count }, (_, index) => step(index));
}

describe("LoopGuard", () => {
  test("warns at the third identical call and stops the fifth", () => {
    expect(verdicts(times(5, (index) => ({ input: "ls", result: "same", at: index })))).toEqual([
      "go",
      "go",
      "warn",
      "warn",
      "stop",
    ]);
  });

  test("the time that a command took is no difference", () => {
    const seen = verdicts(times(5, (index) => ({ input: "make", result: `no\n[exit 1, 1.${index} s]`, at: index })));
    expect(seen.at(-1)).toBe("stop");
  });

  test("sees two calls that alternate", () => {
    const alternating = times(9, (index) => ({ input: index % 2 === 0 ? "a" : "b", result: "same", at: index }));
    expect(verdicts(alternating).at(-1)).toBe("stop");
  });

  test("lets a call go on whose result changes", () => {
    expect(verdicts(times(8, (index) => ({ input: "ls", result: `${index}`, at: index })))).not.toContain("stop");
  });

  test("does not count calls that are 5 s or more apart", () => {
    expect(verdicts(times(8, (index) => ({ input: "ls", result: "same", at: index * 5_000 })))).not.toContain("warn");
  });
});
