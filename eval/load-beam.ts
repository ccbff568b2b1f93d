import type { Conversation, Question, TalkSession, Turn } from "./conversation.ts";
import { isJsonRecord, type JsonRecord, stringAt } from "./json-value.ts";

const marker = /\s*->->\s*[\d,. ]+\s*$/; // bookkeeping of those who made the data

export type BeamFiles = { readonly id: string; readonly chat: unknown; readonly questions: unknown };

export function readBeam({ id, chat, questions }: BeamFiles): Conversation {
  const sessions = sessionsOf(chat);
  const sessionOf = new Map(sessions.flatMap((session) => session.turns.map((turn) => [turn.id, session.id])));
  return { benchmark: "BEAM", id: `beam-${id}`, sessions, questions: questionsOf(questions, sessionOf, id) };
}

/** Each group of turns is about one topic of the user: a session. */
function sessionsOf(chat: unknown): readonly TalkSession[] {
  const batches = Array.isArray(chat) ? chat.filter(isJsonRecord) : [];
  let at = Date.UTC(2024, 0, 1);
  const groups = batches.flatMap((batch) => {
    const turns = batch["turns"];
    return Array.isArray(turns) ? (turns as readonly unknown[]) : [];
  });
  return groups.map((group, index) => {
    const messages = Array.isArray(group) ? group.filter(isJsonRecord) : [];
    const anchor = messages.map((message) => stringAt(message, "time_anchor")).find((text) => text !== "");
    const named = Date.parse(`${anchor?.replaceAll("-", " ") ?? ""} UTC`);
    at = Math.max(at + 3_600_000, Number.isNaN(named) ? 0 : named);
    return { id: `G${index}`, startedAt: at, kind: "with-agent", turns: messages.map(turnOf) };
  });
}

function turnOf(message: JsonRecord): Turn {
  const text = stringAt(message, "content").replace(marker, "");
  return { id: stringAt(message, "id"), speaker: stringAt(message, "role"), text };
}

function questionsOf(byKind: unknown, sessionOf: ReadonlyMap<string, string>, id: string): readonly Question[] {
  if (!isJsonRecord(byKind)) return [];
  return Object.entries(byKind).flatMap(([category, list]) =>
    (Array.isArray(list) ? list.filter(isJsonRecord) : []).flatMap((asked, index): readonly Question[] => {
      const source = asked["source_chat_ids"];
      const turns = known(source, sessionOf);
      if (turns.size === 0) return [];
      const sides = sidesOf(source, sessionOf);
      const sessions = new Set(Array.from(turns, (turn) => sessionOf.get(turn) ?? ""));
      const text = stringAt(asked, "question");
      const question = { id: `beam-${id}-${category}-${index}`, text, category, turns, sessions };
      return [sides === undefined ? question : { ...question, sides }];
    }),
  );
}

function known(source: unknown, sessionOf: ReadonlyMap<string, string>): ReadonlySet<string> {
  return new Set(idsIn(source).filter((id) => sessionOf.has(id)));
}

function idsIn(source: unknown): readonly string[] {
  if (typeof source === "number" || (typeof source === "string" && /^\s*\d+\s*$/.test(source))) {
    return [String(source).trim()];
  }
  if (Array.isArray(source)) return source.flatMap(idsIn);
  return isJsonRecord(source) ? Object.values(source).flatMap(idsIn) : [];
}

function sidesOf(source: unknown, sessionOf: ReadonlyMap<string, string>): Question["sides"] {
  if (!isJsonRecord(source)) return undefined;
  const side = (pattern: RegExp): ReadonlySet<string> => {
    const key = Object.keys(source).find((name) => pattern.test(name));
    return known(key === undefined ? undefined : source[key], sessionOf);
  };
  const first = side(/orig|first/);
  const second = side(/updat|second/);
  return first.size > 0 && second.size > 0 && [...first].every((id) => !second.has(id)) ? { first, second } : undefined;
}
