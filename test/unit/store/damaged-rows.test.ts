import { expect, test } from "vitest";

import { textOf } from "../../../src/protocol/message.ts";
import { searchPast } from "../../../src/recall/search-past.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";
import { finishedCall, inbound, place, said, session, turn, us } from "../../contract/ledger-samples.ts";
import { makeHome, query } from "./raw-database.ts";

const broken = [
  "{",
  "",
  "null",
  "[]",
  '{"role":"user"}',
  '{"role":"tool","parts":7}',
  "7",
  '"x"',
  '{"role":"assistant"}',
];

test("damaged messages are shown as such and stop nothing", async () => {
  const home = makeHome();
  const first = await openLedger(home.options);
  await first.openSession(session());
  for (const [index] of broken.entries()) await place(first, inbound(String(index)));
  await first.appendTurn(turn("1", ["c1"]));
  await first.finishCall(finishedCall("c1"));
  await first[Symbol.asyncDispose]();
  for (const [index, body] of broken.entries()) {
    query(home, `UPDATE message SET body = '${body}' WHERE id = 'in-${index}'`);
  }
  query(home, "UPDATE message SET body = '{\"role\":' WHERE id IN ('turn-1', 'result-c1')");

  await using ledger = await openLedger(home.options);
  const messages = await ledger.messages("s1");
  expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const text = (id: string) => `[The stored message ${id} is damaged and cannot be read.]`;
  expect(messages[0]?.message).toEqual({
    role: "user",
    parts: [{ type: "attached", text: text("in-0"), source: "ledger" }],
  });
  expect(messages[9]?.message).toMatchObject({ role: "assistant", parts: [{ text: text("turn-1") }], stop: "cut" });
  expect(messages[10]?.message).toMatchObject({ role: "tool", callId: "c1", text: text("result-c1"), isError: true });
  expect(messages.slice(0, 9).map(({ message }) => textOf(message))).toEqual(broken.map(() => ""));
  expect((await ledger.context("s1")).calls).toMatchObject([{ id: "c1", input: null, state: "done" }]);
  expect(await ledger.listSessions({ limit: 5 })).toHaveLength(1);
  const store = await ledger.recallStore(5000);
  const found = await store.read((index) =>
    searchPast({ text: "hello", scope: { audiences: ["direct:owner"] }, limit: 20 }, index, 0),
  );
  expect(found.flatMap((window) => window.found)).toHaveLength(8); // the ninth was taken in anew with its answer
  expect((await ledger.acceptInbound(inbound("new", { message: said("go on") }))).isDuplicate).toBe(false);
});

test("a run whose owner is unreadable counts as abandoned", async () => {
  const home = makeHome({ isAlive: () => true });
  await using ledger = await openLedger(home.options);
  await ledger.openSession(session());
  await ledger.acceptInbound(inbound());
  await ledger.claimRun("run-1", us, 5000);
  query(home, "UPDATE run SET owner = 'nobody'");
  expect((await ledger.recover()).interrupted).toMatchObject([{ id: "run-1", owner: undefined }]);
});

test("a damaged prefix says so, and setting it again mends it", async () => {
  const home = makeHome();
  await using ledger = await openLedger(home.options);
  await ledger.openSession(session());
  const prefix = { system: "you are", tools: [] };
  const hash = await ledger.setPrefix("s1", prefix);
  query(home, "UPDATE prompt_prefix SET body = replace(body, 'you', 'who')");
  await expect(ledger.prefix(hash)).rejects.toMatchObject({ code: "bad-data" });
  await ledger.setPrefix("s1", prefix);
  expect(await ledger.prefix(hash)).toEqual(prefix);
});

test("a thousand reads of a missing session make no row", async () => {
  const home = makeHome();
  await using ledger = await openLedger(home.options);
  for (let index = 0; index < 1000; index += 1) {
    const id = `missing-${index}`;
    await Promise.all([ledger.session(id), ledger.messages(id), ledger.context(id), ledger.sessionsByPrefix(id)]);
  }
  expect(query(home, "SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM message) AS n")).toEqual([
    { n: 0 },
  ]);
});
