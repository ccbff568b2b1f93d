import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { systemClock } from "../../src/lib/system-clock.ts";
import { textOf } from "../../src/protocol/message.ts";
import { searchPast } from "../../src/recall/search-past.ts";
import { RecallStore } from "../../src/store/recall-store.ts";
import { said } from "../contract/ledger-samples.ts";
import { makeHomeFolder } from "./ledger-process.ts";

const script = fileURLToPath(new URL("index-writer.ts", import.meta.url));
const kills = 100;
const scope = { audiences: ["direct:owner", "group:g"] } as const;

const wordsOf = (index: number) => said(`everyone says wordnumber${index}x today`);

/** Kills a writer some time after it began; returns how many messages it had acknowledged. */
async function killedWriter(home: string, first: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [script, home, String(first)], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(text));
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed]);
  await pause(afterMs);
  child.kill("SIGKILL");
  await closed;
  return lines.join("").split("\n").length - 1;
}

function columnOf(database: DatabaseSync, sql: string): readonly number[] {
  return database
    .prepare(sql)
    .all()
    .map((row) => Number(Object.values(row)[0]));
}

test("killed a hundred times while it indexes: nothing is missing, nothing is doubled, and only the gap is made up", async () => {
  const home = makeHomeFolder();
  const path = join(home, "hermes.db");
  let written = 0;
  for (let round = 0; round < kills; round += 1) written += await killedWriter(home, written, round % 20);
  const database = new DatabaseSync(path);
  const behind = columnOf(database, "SELECT (SELECT max(number) FROM message) - up_to FROM recall_progress");
  expect(behind[0]).toBeLessThanOrEqual(5); // what one run can add before it is ended
  const pendingBefore = columnOf(database, "SELECT count(*) FROM recall_pending WHERE is_stale = 1");
  expect(pendingBefore[0]).toBeLessThanOrEqual(10);

  using store = RecallStore.open(path, { clock: systemClock, deadlineMs: 20_000 });
  for (const index of Array.from({ length: written }, (_, place) => place)) {
    const windows = await store.read((recall) =>
      searchPast({ text: `wordnumber${index}x`, scope, limit: 5 }, recall, 0),
    );
    const best = windows.toSorted((left, right) => right.score - left.score)[0];
    const message = best?.messages.find(({ seq }) => seq === best.found[0]);
    expect(message === undefined ? "nothing" : textOf(message.message)).toBe(textOf(wordsOf(index)));
  }
  const heads = columnOf(database, "SELECT number FROM message WHERE role = 'user' ORDER BY number");
  expect(columnOf(database, "SELECT number FROM recall_document ORDER BY number")).toEqual(heads);
  const everyone = `SELECT rowid FROM recall_words WHERE recall_words MATCH 'user : everyone' ORDER BY rowid`;
  expect(columnOf(database, everyone)).toEqual(heads);
  expect(columnOf(database, "SELECT rowid FROM recall_pieces WHERE recall_pieces MATCH 'eve' ORDER BY rowid")).toEqual(
    heads,
  );
  database.close();
}, 300_000);
