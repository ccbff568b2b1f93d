import { DatabaseSync } from "node:sqlite";
import type { Filler } from "./filler.ts";

export const messagesPerSession = 40;
const foreignAudience = "direct:somebody";
const perTransaction = 20_000;
const minute = 60_000;

export type Needle = { readonly question: string; readonly messageId: string };
export type BulkOptions = {
  readonly filler: Filler;
  readonly from: number;
  readonly to: number;
  readonly needleEvery: number;
};

/** Adds messages `from` (the first of a session) to `to` straight to the tables, as the ledger would have written them one by one. Returns what is hidden. */
export function addBulkTalk(path: string, { filler, from, to, needleEvery }: BulkOptions): readonly Needle[] {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  const needles: Needle[] = [];
  const openSession = database.prepare(
    "INSERT INTO session (id, audience, person_id, surface, title, root, created_at, updated_at, message_count) VALUES (?, ?, 'owner', ?, 'talk', '/repo', ?, ?, ?)",
  );
  const addMessage = database.prepare(
    "INSERT INTO message (id, session_id, seq, run_id, at, role, body) VALUES (?, ?, ?, 'run-bulk', ?, ?, ?)",
  );
  database.exec("PRAGMA synchronous = OFF; BEGIN");
  for (let number = from; number < to; number += 1) {
    const seq = (number % messagesPerSession) + 1;
    const sessionId = `bulk-${Math.floor(number / messagesPerSession)}`;
    const at = Date.UTC(2024, 0, 1) + number * minute;
    const audience = audienceOf(number);
    if (seq === 1) openSession.run(sessionId, audience, "terminal", at, at, messagesPerSession);
    const isHidden = number % needleEvery === 0 && audience !== foreignAudience;
    const needle = isHidden ? filler.needle() : undefined;
    const isPerson = isHidden || seq % 2 === 1;
    const id = `bulk/${number}`;
    const body = isPerson ? personBody(needle?.text ?? filler.person()) : agentBody(filler.agent());
    addMessage.run(id, sessionId, seq, at, isPerson ? "user" : "assistant", body);
    if (needle !== undefined) needles.push({ question: needle.question, messageId: id });
    if (number % perTransaction === 0) database.exec("COMMIT; BEGIN");
  }
  database.exec("COMMIT");
  database.close();
  return needles;
}

/** Most is the owner's own, some a group's, some another person's, which no question may reach. */
function audienceOf(number: number): string {
  const kind = Math.floor(number / messagesPerSession) % 10;
  if (kind < 8) return "direct:owner";
  return kind === 8 ? "group:eval" : foreignAudience;
}

function personBody(text: string): string {
  return JSON.stringify({ role: "user", parts: [{ type: "text", text }] });
}

function agentBody(text: string): string {
  const origin = { api: "eval", provider: "eval", model: "eval" };
  return JSON.stringify({ role: "assistant", parts: [{ type: "text", text }], origin, stop: "end" });
}
