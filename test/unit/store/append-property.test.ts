import fc from "fast-check";
import { expect, test } from "vitest";

import { openLedger } from "../../../src/store/open-ledger.ts";
import { finishedCall, inbound, place as placeMessage, session, turn } from "../../contract/ledger-samples.ts";
import { makeHome } from "./raw-database.ts";

const step = fc.record({
  connection: fc.nat({ max: 3 }),
  session: fc.constantFrom("s1", "s2"),
  name: fc.nat({ max: 30 }), // few names, so that the same write comes again
  kind: fc.constantFrom("inbound", "turn", "result", "steer"),
});

test("appends from several connections, some of them twice: dense, exact, none doubled", async () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 60 });
  const property = fc.asyncProperty(steps, async (writes) => {
    const home = makeHome();
    const ledgers = await Promise.all([1, 2, 3, 4].map(() => openLedger(home.options)));
    const [first] = ledgers;
    if (first === undefined) throw new Error("no ledger");
    await first.openSession(session("s1"));
    await first.openSession(session("s2"));
    const expected = new Set<string>();
    await Promise.all(
      writes.map(async (write) => {
        const ledger = ledgers[write.connection] ?? first;
        const id = `${write.session}-${write.kind}-${write.name}`;
        const place = { sessionId: write.session, runId: `run-${id}`, messageId: id };
        expected.add(id);
        if (write.kind === "inbound") await placeMessage(ledger, inbound(id, place));
        if (write.kind === "turn") await ledger.appendTurn(turn(id, [`call-${id}`], place));
        if (write.kind === "result") await ledger.finishCall(finishedCall(`other-${id}`, place));
        if (write.kind === "steer") await ledger.appendSteering({ ...place, message: inbound().message });
      }),
    );
    const stored = [...(await first.messages("s1")), ...(await first.messages("s2"))];
    expect(stored.map(({ id }) => id).toSorted()).toEqual([...expected].toSorted());
    for (const id of ["s1", "s2"]) {
      const seqs = (await first.messages(id)).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
      expect((await first.session(id))?.messageCount).toBe(seqs.length);
    }
    for (const ledger of ledgers) await ledger[Symbol.asyncDispose]();
  });
  await fc.assert(property, { numRuns: 15 });
});
