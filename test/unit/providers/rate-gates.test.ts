import { expect, test } from "vitest";
import { RateGate, RateGates } from "../../../src/providers/retry/rate-gates.ts";
import { createFastClock } from "../../emulators/fast-clock.ts";

const never = new AbortController().signal;

/** Lets everything that can happen without a timer happen. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 15));
}

test("an open gate lets everybody through at once", async () => {
  const gate = new RateGate(createFastClock(100));
  await Promise.all([gate.enter(never), gate.enter(never), gate.enter(never)]);
  expect(gate.delayMs()).toBe(0);
});

test("after a refusal calls wait as asked and then pass one by one, in order", async () => {
  const clock = createFastClock(1_000);
  const gate = new RateGate(clock);
  const refusedAt = clock.now();
  gate.refused(20_000, 0);
  const entered: number[] = [];
  const passes = [1, 2, 3].map(async (number) => {
    const pass = await gate.enter(never);
    entered.push(number);
    return pass;
  });
  const first = await passes[0];
  expect(clock.now() - refusedAt).toBeGreaterThanOrEqual(20_000);
  await settled();
  expect(entered).toEqual([1]);
  first?.settle();
  const second = await passes[1];
  await settled();
  expect(entered).toEqual([1, 2]);
  second?.settle();
  (await passes[2])?.settle();
  expect(entered).toEqual([1, 2, 3]);
});

test("who gives up waiting makes room for the next", async () => {
  const gate = new RateGate(createFastClock(1_000));
  gate.refused(20_000, 0);
  const stop = new AbortController();
  const gaveUp = gate.enter(stop.signal);
  const next = gate.enter(never);
  stop.abort(new Error("stopped"));
  await expect(gaveUp).rejects.toThrow("stopped");
  (await next).settle();
});

test("refusals without a wish double the wait, an accepted call starts over", () => {
  let now = 0;
  const gate = new RateGate({ now: () => now, sleep: () => Promise.resolve() });
  const delays = [1, 2, 3].map(() => {
    gate.refused(undefined, 0);
    const delay = gate.delayMs();
    now += delay;
    return delay;
  });
  gate.accepted();
  gate.refused(undefined, 0);
  expect([...delays, gate.delayMs()]).toEqual([500, 1_000, 2_000, 500]);
});

test("the same key at the same address shares a gate, another does not", () => {
  const gates = new RateGates(createFastClock(1));
  expect(gates.gate("https://a", "ONE")).toBe(gates.gate("https://a", "ONE"));
  expect(gates.gate("https://a", "ONE")).not.toBe(gates.gate("https://a", "TWO"));
});
