import type { StoredMessage } from "../protocol/message.ts";
import type {
  Occurrence,
  PieceHit,
  RankedDocument,
  RankOptions,
  RecallDocument,
  RecallFilter,
  RecallIndex,
} from "../protocol/recall-index.ts";
import type { Session } from "../protocol/session.ts";
import type { Connection, SqlValue } from "./connection.ts";
import { indexedText } from "./indexed-text.ts";
import { documentHead, documentMessages } from "./message-index.ts";
import { messageColumns, storedMessageOf } from "./message-row.ts";
import { numberAt, optionalNumberAt } from "./row.ts";
import { findSession } from "./session-store.ts";
import { isShown } from "./turn-store.ts";

const countedExactly = 2000; // documents; what occurs more often is estimated from where the newest of them are

type Condition = { readonly sql: string; readonly values: readonly SqlValue[] };

/** Reads the index of one database. The caller holds the transaction that makes its answers fit each other. */
export class SqliteRecallIndex implements RecallIndex {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  size(): number {
    const row = this.#connection.get("SELECT coalesce(max(number), 0) AS size FROM recall_document");
    return row === undefined ? 0 : numberAt(row, "size");
  }

  occurrence(phrase: string): Occurrence {
    const sql =
      "SELECT count(*) AS documents, min(number) AS oldest FROM " +
      "(SELECT rowid AS number FROM recall_words WHERE recall_words MATCH ? ORDER BY rowid DESC LIMIT ?)";
    const row = this.#connection.get(sql, quoted(phrase), countedExactly);
    const documents = row === undefined ? 0 : numberAt(row, "documents");
    const oldest = row === undefined ? undefined : optionalNumberAt(row, "oldest");
    if (documents < countedExactly || oldest === undefined) return { documents, isRare: true };
    const size = this.size();
    return { documents: Math.round((documents * size) / (size - oldest + 1)), isRare: false };
  }

  rank(phrases: readonly string[], { filter, weights, limit }: RankOptions): readonly RankedDocument[] {
    if (phrases.length === 0 || filter.scope.audiences.length === 0) return [];
    const { user, assistant, tool, before, after, head, ids } = weights;
    const condition = conditionOf(filter);
    const sql =
      "SELECT recall_words.rowid AS number, bm25(recall_words, ?, ?, ?, ?, ?, ?, ?) AS rank FROM recall_words " +
      "CROSS JOIN recall_document AS document ON document.number = recall_words.rowid " +
      `WHERE recall_words MATCH ? AND ${condition.sql} ORDER BY rank, number DESC LIMIT ?`;
    const match = phrases.map(quoted).join(" OR ");
    const rows = this.#connection.all(
      sql,
      user,
      assistant,
      tool,
      before,
      after,
      head,
      ids,
      match,
      ...condition.values,
      limit,
    );
    return rows.map((row) => ({ number: numberAt(row, "number"), score: -numberAt(row, "rank") }));
  }

  newest(phrases: readonly string[], filter: RecallFilter, limit: number): readonly number[] {
    if (phrases.length === 0 || filter.scope.audiences.length === 0) return [];
    const condition = conditionOf(filter);
    const sql =
      "SELECT recall_words.rowid AS number FROM recall_words CROSS JOIN recall_document AS document " +
      `ON document.number = recall_words.rowid WHERE recall_words MATCH ? AND ${condition.sql} ` +
      "ORDER BY recall_words.rowid DESC LIMIT ?";
    const rows = this.#connection.all(sql, phrases.map(quoted).join(" AND "), ...condition.values, limit);
    return rows.map((row) => numberAt(row, "number"));
  }

  pieces(groups: readonly (readonly string[])[], filter: RecallFilter, limit: number): readonly PieceHit[] {
    if (groups.length === 0 || filter.scope.audiences.length === 0) return [];
    const condition = conditionOf(filter);
    const sql =
      `SELECT document.number AS document, ${messageColumns} FROM recall_pieces ` +
      "CROSS JOIN message ON message.number = recall_pieces.rowid CROSS JOIN recall_document AS document " +
      `ON document.number = ${documentHead} WHERE recall_pieces MATCH ? AND ${condition.sql} ` +
      "ORDER BY recall_pieces.rowid DESC LIMIT ?";
    const match = groups.map((fragments) => `(${fragments.map(quoted).join(" AND ")})`).join(" OR ");
    const rows = this.#connection.all(sql, match, ...condition.values, limit);
    return rows.map((row) => ({ document: numberAt(row, "document"), message: storedMessageOf(row) }));
  }

  documents(numbers: readonly number[]): readonly RecallDocument[] {
    const sql =
      `SELECT message.number, ${messageColumns} FROM message WHERE message.number IN ` +
      "(SELECT value FROM json_each(?))";
    return this.#connection.all(sql, JSON.stringify(numbers)).map((row) => {
      const { sessionId, at, message } = storedMessageOf(row);
      const author = message.role === "user" ? message.author?.name : undefined;
      return { number: numberAt(row, "number"), sessionId, at, author, text: indexedText(message) };
    });
  }

  messagesOf(number: number): readonly StoredMessage[] {
    return documentMessages(this.#connection, number);
  }

  span(sessionId: string, first: number, last: number): readonly StoredMessage[] {
    const sql = `SELECT ${messageColumns} FROM message WHERE session_id = ? AND seq BETWEEN ? AND ? AND ${isShown} ORDER BY seq`;
    return this.#connection.all(sql, sessionId, first, last).map(storedMessageOf);
  }

  session(id: string): Session | undefined {
    return findSession(this.#connection, id);
  }
}

/** Letters and digits between quotes: nothing in them is query syntax. */
function quoted(phrase: string): string {
  return `"${phrase.replaceAll('"', '""').replaceAll("\0", " ")}"`;
}

/** What the person took back is found by nobody; it can still be shown with its session. */
const notTakenBack =
  "document.number NOT IN (SELECT message.number FROM turn_taken_back AS taken " + // the few first: else all messages are read
  "CROSS JOIN message ON message.session_id = taken.session_id AND message.run_id = taken.run_id)";

function conditionOf(filter: RecallFilter): Condition {
  const { scope, from, to, surface, personId } = filter;
  const parts: readonly (readonly [sql: string, value: SqlValue])[] = [
    ["document.session_id = ?", scope.sessionId],
    ["document.at >= ?", from],
    ["document.at < ?", to],
    ["document.surface = ?", surface],
    ["document.person_id = ?", personId],
  ];
  const given = parts.filter(([, value]) => value !== undefined);
  const audiences = scope.audiences.map(() => "?").join(", ");
  const generated = filter.isGeneratedIncluded === true ? [] : ["document.is_generated = 0"];
  return {
    sql: [`document.audience IN (${audiences})`, notTakenBack, ...generated, ...given.map(([sql]) => sql)].join(
      " AND ",
    ),
    values: [...scope.audiences, ...given.map(([, value]) => value)],
  };
}
