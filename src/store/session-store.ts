import { AgentError } from "../protocol/agent-error.ts";
import type { NewSession } from "../protocol/ledger.ts";
import { surfaces, type Audience, type Session, type Surface } from "../protocol/session.ts";
import type { Connection } from "./connection.ts";
import { numberAt, oneOfAt, optionalTextAt, type Row, textAt } from "./row.ts";

const titleLength = 60;

export function openSession(connection: Connection, added: NewSession, now: number): Session {
  connection.run(
    "INSERT INTO session (id, audience, person_id, surface, title, root, created_at, updated_at, message_count) " +
      "VALUES (?, ?, ?, ?, '', ?, ?, ?, 0) ON CONFLICT (id) DO NOTHING",
    added.id,
    added.audience,
    added.personId,
    added.surface,
    added.root,
    now,
    now,
  );
  const session = findSession(connection, added.id);
  if (session === undefined) throw new AgentError("bad-data", `Session ${added.id} could not be read back.`);
  return session;
}

export function findSession(connection: Connection, id: string): Session | undefined {
  const row = connection.get("SELECT * FROM session WHERE id = ?", id);
  return row === undefined ? undefined : sessionOf(row);
}

export function sessionsByPrefix(connection: Connection, prefix: string): readonly Session[] {
  const sql =
    "SELECT * FROM session WHERE id >= ? AND substr(id, 1, length(?)) = ? ORDER BY updated_at DESC, id DESC LIMIT 10";
  return connection.all(sql, prefix, prefix, prefix).map(sessionOf);
}

export type SessionFilter = { readonly limit: number; readonly surface?: Surface; readonly root?: string };

export function listSessions(connection: Connection, { limit, surface, root }: SessionFilter): readonly Session[] {
  const wanted = Object.entries({ surface, root }).flatMap(([column, value]) =>
    value === undefined ? [] : [{ column, value }],
  );
  const where = wanted.length === 0 ? "" : `WHERE ${wanted.map(({ column }) => `${column} = ?`).join(" AND ")} `;
  const sql = `SELECT * FROM session ${where}ORDER BY updated_at DESC, id DESC LIMIT ?`;
  return connection.all(sql, ...wanted.map(({ value }) => value), limit).map(sessionOf);
}

export function hasSession(connection: Connection, id: string): boolean {
  return connection.get("SELECT 1 FROM session WHERE id = ?", id) !== undefined;
}

/** The first words of the first message become the title; later ones change nothing. */
export function titleSession(connection: Connection, sessionId: string, words: string): void {
  const title = firstWords(words);
  if (title !== "") connection.run("UPDATE session SET title = ? WHERE id = ? AND title = ''", title, sessionId);
}

function sessionOf(row: Row): Session {
  return {
    id: textAt(row, "id"),
    audience: audienceOf(textAt(row, "audience")),
    personId: textAt(row, "person_id"),
    surface: oneOfAt(row, "surface", surfaces),
    title: textAt(row, "title"),
    root: textAt(row, "root"),
    createdAt: numberAt(row, "created_at"),
    updatedAt: numberAt(row, "updated_at"),
    messageCount: numberAt(row, "message_count"),
    prefixHash: optionalTextAt(row, "prefix_hash"),
  };
}

function audienceOf(text: string): Audience {
  if (text.startsWith("direct:")) return `direct:${text.slice("direct:".length)}`;
  if (text.startsWith("group:")) return `group:${text.slice("group:".length)}`;
  throw new AgentError("bad-data", `A stored session is damaged: its audience is "${text}".`);
}

function firstWords(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const letters = Array.from(line); // whole characters, so that none is cut in two
  if (letters.length <= titleLength) return line;
  const cut = letters.slice(0, titleLength).join("");
  const space = cut.lastIndexOf(" ");
  return `${space > titleLength / 2 ? cut.slice(0, space) : cut}…`;
}
