import { join } from "node:path";
import { expect, test } from "vitest";

import { WorkerRecall } from "../../../src/app/worker-recall.ts";
import { systemClock } from "../../../src/lib/system-clock.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";
import { inbound, place, said, session } from "../../contract/ledger-samples.ts";
import { holdLock, makeHome } from "../store/raw-database.ts";

const question = { scope: { audiences: ["direct:owner"] }, limit: 3 } as const;
const patience = (): AbortSignal => AbortSignal.timeout(20_000);

test("questions at the same time each get their own answer, and a search that is given up harms no other", async () => {
  const home = makeHome();
  await using ledger = await openLedger(home.options);
  await ledger.openSession(session());
  for (const name of ["otter", "badger"]) await place(ledger, inbound(name, { message: said(`the ${name} sleeps`) }));
  await using recall = new WorkerRecall({ path: home.options.path, clock: systemClock, deadlineMs: 10_000 });
  const givingUp = new AbortController();
  const answers = ["otter", "badger"].map((text) => recall.search({ ...question, text }, patience()));
  const lost = recall.search({ ...question, text: "otter" }, givingUp.signal);
  const reason = new Error("enough");
  givingUp.abort(reason);
  await expect(lost).rejects.toBe(reason);
  const found = (await Promise.all(answers)).map((windows) => windows.map((window) => window.found));
  expect(found).toEqual([[[1]], [[2]]]);
});

test("a store that stays locked, and one that is not there, are told in the ledger's words; the next question works", async () => {
  const home = makeHome();
  await using ledger = await openLedger(home.options);
  await ledger.openSession(session());
  await using recall = new WorkerRecall({ path: home.options.path, clock: systemClock, deadlineMs: 300 });
  await ledger.acceptInbound(inbound("1", { message: said("heron") }));
  await ledger.finishRun({ runId: "run-1", state: "stopped", outbox: [] });
  await ledger.appendSteering({ sessionId: "s1", runId: "run-1", messageId: "late", message: said("a late heron") });
  const release = holdLock(home);
  await expect(recall.search({ ...question, text: "heron" }, patience())).rejects.toMatchObject({ code: "store-busy" });
  release();
  await using patient = new WorkerRecall({ path: home.options.path, clock: systemClock, deadlineMs: 10_000 });
  expect(await patient.search({ ...question, text: "heron" }, patience())).toHaveLength(1);
  const nowhere = join(home.path, "missing", "hermes.db");
  await using astray = new WorkerRecall({ path: nowhere, clock: systemClock, deadlineMs: 10_000 });
  await expect(astray.search({ ...question, text: "heron" }, patience())).rejects.toMatchObject({ code: "store-lost" });
});
