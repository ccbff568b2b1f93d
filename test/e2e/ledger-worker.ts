/*
 * A process that works through runs as the runtime does, until it has done them all or is killed.
 * Arguments: home, name, first run, number of runs, mode. Every line on standard output is something acknowledged.
 */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

import { newId } from "../../src/lib/new-id.ts";
import { currentOwner, isOwnerAlive } from "../../src/lib/process-owner.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import { AgentError } from "../../src/protocol/agent-error.ts";
import type { Ledger } from "../../src/protocol/ledger.ts";
import { openLedger } from "../../src/store/open-ledger.ts";
import { finishedCall, inbound, permission, reservation, said, session, turn } from "../contract/ledger-samples.ts";

const [home = "", name = "", first = "0", count = "0", mode = "normal"] = process.argv.slice(2);
const notices: string[] = [];
const owner = currentOwner();

const ledger = await openLedger({
  path: join(home, "hermes.db"),
  journalPath: join(home, "reserve.journal"),
  clock: systemClock,
  newId,
  isAlive: isOwnerAlive,
  notice: ({ code }) => notices.push(code),
  durability: "normal",
  deadlineMs: mode === "full" ? 200 : 60_000,
  ...(mode === "full" ? { maxPages: 1 } : {}), // SQLite takes the present size: no page can be added
});
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
if (mode === "full") await holdTurns(ledger);
else await workThrough(ledger);
delay.disable();
say({ report: name, notices, p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 });
await ledger[Symbol.asyncDispose]();

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`); // in the pipe before anything else can happen to us
}

async function workThrough(store: Ledger): Promise<void> {
  await store.recover();
  for (const id of [name, "shared"]) await store.openSession(session(id));
  for (let index = Number(first); index < Number(first) + Number(count); index += 1) {
    await oneRun(store, index);
    if (mode === "paced") await pause(5);
  }
}

async function oneRun(store: Ledger, index: number): Promise<void> {
  const id = `${name}-${index}`;
  const place = { sessionId: name, runId: `run-${id}` };
  const message = said(`${id} ${"some words of a person ".repeat(20)}`);
  await store.acceptInbound(inbound(id, { ...place, messageId: `in-${id}`, acceptedBy: owner, message }));
  say({ message: `in-${id}` });
  const claim = await store.claimRun(place.runId, owner, 15_000);
  if (claim.status === "gone") return; // an earlier life of this worker died in it, and recovery ended it
  await store.reserveUsage(reservation(id, { ...place, budgets: { runUsd: 5, dayUsd: 1e9 } }));
  await store.appendTurn(turn(id, [`c-${id}`], place));
  say({ message: `turn-${id}`, usage: `usage-${id}` });
  if (!(await started(store, `c-${id}`))) return;
  say({ started: `c-${id}` });
  await store.finishCall(finishedCall(`c-${id}`, place));
  say({ message: `result-c-${id}` });
  const shared = { sessionId: "shared", runId: place.runId, messageId: `shared-${id}`, message: said("for all") };
  await store.appendSteering(shared);
  say({ message: `shared-${id}` });
  const part = { id: `out-${id}`, address: "cli", part: "text", idempotencyKey: `out-${id}` };
  await store.finishRun({ runId: place.runId, state: "done", outbox: [part] });
  say({ finished: place.runId });
}

/** `false` for a call that an earlier life of this worker already ended. */
async function started(store: Ledger, callId: string): Promise<boolean> {
  try {
    await store.startCall(name, callId, permission);
    return true;
  } catch (error) {
    if (error instanceof AgentError && error.code === "bad-usage") return false;
    throw error;
  }
}

/** On a full disk: nothing but held writes, as fast as they go. */
async function holdTurns(store: Ledger): Promise<void> {
  await store.claimRun("run-none", owner, 1000); // prepares the reserve
  const text = "y".repeat(8000);
  for (let index = Number(first); index < Number(first) + Number(count); index += 1) {
    const base = turn(`${name}-${index}`, [], { sessionId: name, runId: "run-none" });
    await store.appendTurn({ ...base, message: { ...base.message, parts: [{ type: "text", text }] } });
    say({ message: base.messageId });
  }
}
