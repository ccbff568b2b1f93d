import { foldText } from "../lib/fold-text.ts";
import { triplesIn } from "../lib/index-words.ts";
import type { StoredMessage } from "../protocol/message.ts";
import type { Connection } from "./connection.ts";
import { columnsOf, indexedText } from "./indexed-text.ts";
import { messageColumns, storedMessageOf } from "./message-row.ts";
import { numberAt, optionalNumberAt, type Row, textAt } from "./row.ts";

const neighbours = 2; // messages before and after, which tell what a message between people is about
/** Number of the message that heads the document of `message`: the person's whom it answers, else the session's first. */
export const documentHead =
  "CASE WHEN message.role IN ('user', 'summary') THEN message.number ELSE coalesce(" +
  "(SELECT head.number FROM message AS head WHERE head.session_id = message.session_id AND head.seq < message.seq " +
  "AND head.role = 'user' ORDER BY head.seq DESC LIMIT 1), (SELECT head.number FROM message AS head " +
  "WHERE head.session_id = message.session_id AND head.role <> 'summary' ORDER BY head.seq LIMIT 1)) END";
const generatedSurfaces: ReadonlySet<string> = new Set(["schedule", "learning"]);

/** How many messages and documents the index lacks. */
export function missingInIndex(connection: Connection): number {
  const row = connection.get(
    "SELECT coalesce((SELECT max(number) FROM message), 0) - up_to + " +
      "(SELECT count(*) FROM recall_pending WHERE is_stale = 1) AS missing FROM recall_progress",
  );
  return row === undefined ? 0 : numberAt(row, "missing");
}

/**
 * Takes the next messages into the index, `atMost` of them. A document that may still grow, or get a neighbour, waits for
 * that or for the next search: each is written once, because the index never forgets what was replaced when it reckons how
 * common a word is.
 */
export function indexSettled(connection: Connection, atMost: number): void {
  const heads = takeIn(connection, atMost);
  for (const head of heads) if (isSettled(connection, head)) indexDocument(connection, head);
}

/** The same for a search, which must find everything: also what may still grow is written, and written anew when it has. */
export function indexEverything(connection: Connection, atMost: number): void {
  takeIn(connection, atMost);
  const stale = connection.all("SELECT number FROM recall_pending WHERE is_stale = 1 ORDER BY number LIMIT ?", atMost);
  for (const head of stale.map(numberOf)) indexDocument(connection, head);
}

/** Returns the documents that have changed by it; they are pending. */
function takeIn(connection: Connection, atMost: number): ReadonlySet<number> {
  const rows = connection.all(
    `SELECT message.number, ${documentHead} AS head, ${messageColumns}, session.audience FROM message ` +
      "JOIN session ON session.id = message.session_id WHERE message.number > (SELECT up_to FROM recall_progress) " +
      "ORDER BY message.number LIMIT ?",
    atMost,
  );
  const heads = new Set<number>();
  for (const row of rows) {
    const stored = storedMessageOf(row);
    indexPieces(connection, numberAt(row, "number"), stored);
    for (const head of headsTouchedBy(connection, row, stored)) heads.add(head);
  }
  for (const head of heads) connection.run("INSERT OR REPLACE INTO recall_pending VALUES (?, 1)", head);
  const last = rows.at(-1);
  if (last !== undefined) connection.run("UPDATE recall_progress SET up_to = ?", numberAt(last, "number"));
  return heads;
}

/** Nobody works on its session and, between people, as many have spoken since as count as its neighbours. */
function isSettled(connection: Connection, number: number): boolean {
  const row = connection.get(
    "SELECT message.session_id, message.seq, session.audience, " +
      "EXISTS (SELECT 1 FROM lane WHERE lane.session_id = session.id) AS is_worked_on " +
      "FROM message JOIN session ON session.id = message.session_id WHERE message.number = ?",
    number,
  );
  if (row === undefined || numberAt(row, "is_worked_on") === 1) return false;
  if (!isBetweenPeople(row)) return true;
  return peopleAfter(connection, textAt(row, "session_id"), numberAt(row, "seq")).length === neighbours;
}

function indexPieces(connection: Connection, number: number, { message }: StoredMessage): void {
  if (message.role === "summary") return; // it repeats what is in it already
  const triples = triplesIn(foldText(indexedText(message)));
  if (triples.length === 0) return;
  connection.run("INSERT OR REPLACE INTO recall_pieces (rowid, triples) VALUES (?, ?)", number, triples.join(" "));
}

/** Numbers of the messages that head the documents in which this one stands. */
function headsTouchedBy(
  connection: Connection,
  row: Row,
  { sessionId, seq, message }: StoredMessage,
): readonly number[] {
  const own = numberAt(row, "head");
  const isNeighbour = isBetweenPeople(row) && message.role === "user";
  return isNeighbour ? [own, ...peopleBefore(connection, sessionId, seq).map(numberOf)] : [own];
}

function indexDocument(connection: Connection, number: number): void {
  const messages = documentMessages(connection, number);
  const [head] = messages;
  const session = connection.get(
    "SELECT session.audience, session.surface, session.person_id FROM message JOIN session ON session.id = message.session_id WHERE message.number = ?",
    number,
  );
  if (head === undefined || session === undefined) return;
  const { sessionId, seq, message, at } = head;
  const isPeople = isBetweenPeople(session) && message.role === "user";
  const surface = textAt(session, "surface");
  const before = isPeople ? peopleBefore(connection, sessionId, seq).map(storedMessageOf) : [];
  const after = isPeople ? peopleAfter(connection, sessionId, seq) : [];
  const columns = columnsOf({ messages, before, after });
  const author = message.role === "user" ? message.author?.personId : undefined;
  const isGenerated = message.role === "summary" || generatedSurfaces.has(surface);
  connection.run(
    "INSERT OR REPLACE INTO recall_words (rowid, user, assistant, tool, before, after, head, ids) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    number,
    columns.user,
    columns.assistant,
    columns.tool,
    columns.before,
    columns.after,
    columns.head,
    columns.ids,
  );
  connection.run(
    "INSERT OR REPLACE INTO recall_document (number, audience, session_id, person_id, surface, is_generated, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    number,
    textAt(session, "audience"),
    sessionId,
    author ?? textAt(session, "person_id"),
    surface,
    isGenerated ? 1 : 0,
    at,
  );
  if (isSettled(connection, number)) connection.run("DELETE FROM recall_pending WHERE number = ?", number);
  else connection.run("UPDATE recall_pending SET is_stale = 0 WHERE number = ?", number);
}

/** The head and what was answered to it, up to the next message of a person; a summary stands alone. */
export function documentMessages(connection: Connection, number: number): readonly StoredMessage[] {
  const head = connection.get(`SELECT ${messageColumns} FROM message WHERE number = ?`, number);
  if (head === undefined) return [];
  const first = storedMessageOf(head);
  const { sessionId, seq } = first;
  if (first.message.role === "summary") return [first];
  const next = connection.get(
    "SELECT min(seq) AS seq FROM message WHERE session_id = ? AND seq > ? AND role = 'user'",
    sessionId,
    seq,
  );
  const end = next === undefined ? undefined : optionalNumberAt(next, "seq");
  const sql = `SELECT ${messageColumns} FROM message WHERE session_id = ? AND seq > ? AND seq < ? AND role <> 'summary' ORDER BY seq`;
  const answers = connection.all(sql, sessionId, seq, end ?? Number.MAX_SAFE_INTEGER).map(storedMessageOf);
  return [first, ...answers];
}

function isBetweenPeople(session: Row): boolean {
  return textAt(session, "audience").startsWith("group:");
}

const people = `SELECT message.number, ${messageColumns} FROM message WHERE session_id = ? AND role = 'user'`;

function peopleBefore(connection: Connection, sessionId: string, seq: number): readonly Row[] {
  const sql = `${people} AND seq < ? ORDER BY seq DESC LIMIT ${neighbours}`;
  return connection.all(sql, sessionId, seq).toReversed();
}

function peopleAfter(connection: Connection, sessionId: string, seq: number): readonly StoredMessage[] {
  return connection.all(`${people} AND seq > ? ORDER BY seq LIMIT ${neighbours}`, sessionId, seq).map(storedMessageOf);
}

function numberOf(row: Row): number {
  return numberAt(row, "number");
}
