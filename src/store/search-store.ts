import { queryWords } from "../lib/query-words.ts";
import { snippetOf } from "../lib/snippet.ts";
import type { MessageHit, SearchScope } from "../protocol/ledger.ts";
import type { Connection } from "./connection.ts";
import { messageColumns, storedMessageOf } from "./message-row.ts";
import { indexedText } from "./message-index.ts";
import { numberAt, textAt } from "./row.ts";

const rankedMatches = 2000; // ranking every match of a common word is what makes a large store slow: the newest count

export type Search = { readonly query: string; readonly scope: SearchScope; readonly limit: number };

export function searchMessages(connection: Connection, { query, scope, limit }: Search): readonly MessageHit[] {
  const words = queryWords(query);
  if (words.length === 0 || scope.audiences.length === 0 || limit <= 0) return [];
  const audiences = scope.audiences.map(() => "?").join(", ");
  const oneSession = scope.sessionId === undefined ? "" : "AND message.session_id = ?";
  const matches =
    "SELECT message_fts.rowid AS number, bm25(message_fts) AS rank, session.title AS title FROM message_fts " +
    "CROSS JOIN message ON message.number = message_fts.rowid CROSS JOIN session ON session.id = message.session_id " +
    `WHERE message_fts MATCH ? AND session.audience IN (${audiences}) ${oneSession} ` +
    `ORDER BY message_fts.rowid DESC LIMIT ${rankedMatches}`;
  const rows = connection.all(
    `SELECT ${messageColumns}, matches.rank, matches.title FROM (${matches}) AS matches ` +
      "JOIN message ON message.number = matches.number ORDER BY matches.rank, message.number DESC LIMIT ?",
    ftsQuery(words),
    ...scope.audiences,
    ...(scope.sessionId === undefined ? [] : [scope.sessionId]),
    limit,
  );
  return rows.map((row) => {
    const message = storedMessageOf(row);
    const snippet = snippetOf(indexedText(message.message), words);
    return { message, sessionTitle: textAt(row, "title"), score: -numberAt(row, "rank"), snippet };
  });
}

function ftsQuery(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(" OR ");
}
