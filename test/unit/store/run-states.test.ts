import { expect, test } from "vitest";

import { openLedger } from "../../../src/store/open-ledger.ts";
import { approval, inbound, session, us } from "../../contract/ledger-samples.ts";
import { type Home, makeHome, query } from "./raw-database.ts";

const stateOf = (home: Home) => query(home, "SELECT state, problem FROM run WHERE id = 'run-1'");

async function claimed(home: Home) {
  const ledger = await openLedger(home.options);
  await ledger.openSession(session());
  await ledger.acceptInbound(inbound());
  await ledger.claimRun("run-1", us, 60_000);
  return ledger;
}

test("a run waits as long as one question to a person is open", async () => {
  const home = makeHome();
  await using ledger = await claimed(home);
  const allow = { verdict: "allow", decidedBy: "owner", rule: "ask" } as const;
  await ledger.askApproval(approval("q1"));
  await ledger.askApproval(approval("q2", { expiresAt: Date.now() + 60_000 }));
  expect(stateOf(home)).toEqual([{ state: "waiting", problem: null }]);
  await ledger.decideApproval("q2", allow);
  expect(stateOf(home)).toEqual([{ state: "waiting", problem: null }]);
  await ledger.decideApproval("q1", { ...allow, verdict: "deny" });
  expect(stateOf(home)).toEqual([{ state: "running", problem: null }]);
});

test("the first end of a run stands", async () => {
  const home = makeHome();
  await using ledger = await claimed(home);
  await ledger.finishRun({ runId: "run-1", state: "failed", problem: "The model is gone.", outbox: [] });
  await ledger.finishRun({ runId: "run-1", state: "done", outbox: [] });
  expect(stateOf(home)).toEqual([{ state: "failed", problem: "The model is gone." }]);
});

test("an interruption gives way to what the run itself had said", async () => {
  const home = makeHome({ isAlive: () => false });
  await using ledger = await claimed(home);
  expect((await ledger.recover()).interrupted).toHaveLength(1);
  expect(stateOf(home)).toMatchObject([{ state: "interrupted" }]);
  await ledger.finishRun({ runId: "run-1", state: "done", outbox: [] });
  expect(stateOf(home)).toEqual([{ state: "done", problem: null }]);
});
