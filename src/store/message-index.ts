import { type Message, textOf } from "../protocol/message.ts";
import type { Connection } from "./connection.ts";
import { messageColumns, storedMessageOf } from "./message-row.ts";
import { numberAt } from "./row.ts";

const indexedToolText = 2048; // characters: long outputs are found by their beginning, and the index stays small
const mostAtOnce = 2000;

/** What a search can find: words of people and of the agent, and the beginning of what tools returned. */
export function indexedText(message: Message): string {
  switch (message.role) {
    case "user":
    case "assistant":
      return textOf(message);
    case "tool":
      return message.text.slice(0, indexedToolText);
    case "summary":
      return ""; // it repeats what is indexed already
  }
}

export function isIndexBehind(connection: Connection): boolean {
  const row = connection.get("SELECT (SELECT max(number) FROM message) > up_to AS is_behind FROM message_index");
  return row !== undefined && row["is_behind"] === 1;
}

/**
 * Brings the full-text index up to the newest message, some thousand at once. It is behind only by what a run in
 * progress, or one that was killed, has added: one step for many messages is far cheaper than one for each.
 */
export function catchUpIndex(connection: Connection): void {
  const sql = `SELECT message.number, ${messageColumns} FROM message WHERE number > (SELECT up_to FROM message_index) ORDER BY number LIMIT ${mostAtOnce}`;
  const rows = connection.all(sql);
  for (const row of rows) {
    const text = indexedText(storedMessageOf(row).message);
    if (text !== "")
      connection.run("INSERT INTO message_fts (rowid, text) VALUES (?, ?)", numberAt(row, "number"), text);
  }
  const last = rows.at(-1);
  if (last !== undefined) connection.run("UPDATE message_index SET up_to = ?", numberAt(last, "number"));
}
