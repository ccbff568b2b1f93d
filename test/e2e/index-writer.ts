import { writeSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../src/lib/new-id.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import { openLedger } from "../../src/store/open-ledger.ts";
import { RecallStore } from "../../src/store/recall-store.ts";
import { answer, inbound, place, said, session, turn } from "../contract/ledger-samples.ts";

/** Writes messages `first`, `first` + 1, … and searches now and then, until somebody kills it. */
const [home = "", first = "0"] = process.argv.slice(2);
const path = join(home, "hermes.db");
const ledger = await openLedger({
  path,
  clock: systemClock,
  newId,
  isAlive: () => false,
  notice: () => undefined,
  durability: "normal",
});
const store = RecallStore.open(path, { clock: systemClock, deadlineMs: 20_000 });
for (let index = Number(first); ; index += 1) {
  const sessionId = index % 2 === 0 ? "people" : "own";
  await ledger.openSession(session(sessionId, { audience: index % 2 === 0 ? "group:g" : "direct:owner" }));
  const id = `${index}-${process.pid}`;
  await place(ledger, inbound(id, { sessionId, message: said(`everyone says wordnumber${index}x today`) }));
  writeSync(1, `${index}\n`); // acknowledged: from now on it must be found
  if (index % 3 === 0) {
    await ledger.appendTurn(turn(id, [], { sessionId, runId: `run-${id}`, message: answer(`reply${index}y`) }));
  }
  if (index % 5 === 0) await store.read(() => undefined);
}
