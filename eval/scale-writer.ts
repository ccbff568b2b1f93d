import { setTimeout as pause } from "node:timers/promises";
import { newId } from "../src/lib/new-id.ts";
import { currentOwner, isOwnerAlive } from "../src/lib/process-owner.ts";
import { systemClock } from "../src/lib/system-clock.ts";
import { openLedger } from "../src/store/open-ledger.ts";

/** Runs one after another, as fast as an agent could work, until its input ends. */
const [path = ""] = process.argv.slice(2);
const ended = { is: false };
process.stdin.on("end", () => {
  ended.is = true;
});
process.stdin.resume();
const owner = currentOwner();
await using ledger = await openLedger({
  path,
  clock: systemClock,
  newId,
  isAlive: isOwnerAlive,
  notice: ({ text }) => console.error(text),
  durability: "normal",
});
const sessionId = newId();
await ledger.openSession({
  id: sessionId,
  audience: "direct:owner",
  personId: "owner",
  surface: "terminal",
  root: "/repo",
});
for (let index = 0; !ended.is; index += 1) {
  const id = newId();
  const message = { role: "user", parts: [{ type: "text", text: `write the report number ${index}` }] } as const;
  const place = { sessionId, runId: id };
  await ledger.acceptInbound({
    ...place,
    platform: "eval",
    account: "eval",
    key: id,
    messageId: id,
    message,
    acceptedBy: owner,
  });
  await ledger.claimRun(id, owner, 60_000);
  const origin = { api: "eval", provider: "eval", model: "eval" };
  const answer = {
    role: "assistant",
    parts: [{ type: "text", text: `it is written, ${index}` }],
    origin,
    stop: "end",
  } as const;
  const usage = {
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    costUsd: 0,
  };
  await ledger.appendTurn({
    ...place,
    messageId: `${id}-answer`,
    message: answer,
    calls: [],
    reservationId: id,
    usage,
  });
  await ledger.finishRun({ runId: id, state: "done", outbox: [] });
  await pause(20);
}
