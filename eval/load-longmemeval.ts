import type { Conversation, TalkSession, Turn } from "./conversation.ts";
import { isJsonRecord, type JsonRecord, listAt, stringAt } from "./json-value.ts";

export function isLongMemEval(value: unknown): value is readonly JsonRecord[] {
  return Array.isArray(value) && isJsonRecord(value[0]) && "haystack_sessions" in value[0];
}

/** Each question has a history of its own. Those that ask for what was never said have no evidence and are left out. */
export function readLongMemEval(entries: readonly JsonRecord[]): readonly Conversation[] {
  return entries.map((entry, index) => {
    const id = stringAt(entry, "question_id") || `question-${index}`;
    const gold = new Set<string>();
    const sessions = listAt(entry, "haystack_sessions")
      .map((session, place) => sessionOf({ entry, session, place, gold }))
      .toSorted((left, right) => left.startedAt - right.startedAt);
    const answers = new Set(listAt(entry, "answer_session_ids").map(String));
    const question = {
      id: `longmemeval-${id}`,
      text: stringAt(entry, "question"),
      category: stringAt(entry, "question_type"),
      turns: gold,
      sessions: new Set(sessions.filter((session) => answers.has(nameOf(session.id))).map((session) => session.id)),
    };
    const isAnswerable = !id.endsWith("_abs") && question.sessions.size > 0;
    return { benchmark: "LongMemEval", id: `longmemeval-${id}`, sessions, questions: isAnswerable ? [question] : [] };
  });
}

type Haystack = {
  readonly entry: JsonRecord;
  readonly session: unknown;
  readonly place: number;
  readonly gold: Set<string>;
};

function sessionOf({ entry, session, place, gold }: Haystack): TalkSession {
  const name = textOf(listAt(entry, "haystack_session_ids")[place]) || String(place);
  const turns = (Array.isArray(session) ? session.filter(isJsonRecord) : []).map((turn, index): Turn => {
    const id = `${place}:${name}:${index}`;
    if (turn["has_answer"] === true) gold.add(id);
    return { id, speaker: stringAt(turn, "role"), text: stringAt(turn, "content") };
  });
  const date = textOf(listAt(entry, "haystack_dates")[place]).replace(/\([^)]*\)/, "");
  const startedAt = Date.parse(`${date} UTC`);
  return { id: `${place}:${name}`, startedAt: Number.isNaN(startedAt) ? place : startedAt, kind: "with-agent", turns };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function nameOf(sessionId: string): string {
  return sessionId.slice(sessionId.indexOf(":") + 1);
}
