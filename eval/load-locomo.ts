import type { Conversation, Question, TalkSession, Turn } from "./conversation.ts";
import { isJsonRecord, type JsonRecord, listAt, recordsAt, stringAt } from "./json-value.ts";

const answerable: ReadonlySet<string> = new Set(["1", "2", "3", "4"]); // 5 asks what was never said
const evidence = /D:?(\d+):(\d+)/g;

export function isLocomo(value: unknown): value is readonly JsonRecord[] {
  return Array.isArray(value) && isJsonRecord(value[0]) && "conversation" in value[0] && "qa" in value[0];
}

export function readLocomo(samples: readonly JsonRecord[]): readonly Conversation[] {
  return samples.map((sample, index) => {
    const id = stringAt(sample, "sample_id") || `conversation-${index}`;
    const sessions = sessionsOf(sample["conversation"]);
    return { benchmark: "LoCoMo", id: `locomo-${id}`, sessions, questions: questionsOf(sample, sessions, id) };
  });
}

function sessionsOf(talk: unknown): readonly TalkSession[] {
  if (!isJsonRecord(talk)) return [];
  const numbers = Object.keys(talk).flatMap((key) => /^session_(\d+)$/.exec(key)?.[1] ?? []);
  return numbers
    .map(Number)
    .toSorted((left, right) => left - right)
    .map((number) => ({
      id: `S${number}`,
      startedAt: dateOf(stringAt(talk, `session_${number}_date_time`)),
      kind: "between-people" as const,
      turns: recordsAt(talk, `session_${number}`).map(turnOf),
    }))
    .filter(({ turns }) => turns.length > 0);
}

function turnOf(turn: JsonRecord): Turn {
  const caption = stringAt(turn, "blip_caption");
  const shared = caption === "" ? "" : ` [shares image: ${caption}]`;
  return { id: stringAt(turn, "dia_id"), speaker: stringAt(turn, "speaker"), text: stringAt(turn, "text") + shared };
}

/** "1:56 pm on 8 May, 2023" */
function dateOf(text: string): number {
  const [, hour, minute, half, day] = /^(\d+):(\d+) ?([ap]m) on (.+)$/i.exec(text) ?? [];
  const date = Date.parse(`${day?.replace(",", "") ?? ""} UTC`);
  if (Number.isNaN(date)) throw new RangeError(`LoCoMo: "${text}" is no time.`);
  const hours = (Number(hour) % 12) + (half?.toLowerCase() === "pm" ? 12 : 0);
  return date + (hours * 60 + Number(minute)) * 60_000;
}

function questionsOf(sample: JsonRecord, sessions: readonly TalkSession[], id: string): readonly Question[] {
  const sessionOf = new Map(sessions.flatMap((session) => session.turns.map((turn) => [turn.id, session.id])));
  return recordsAt(sample, "qa")
    .map((asked, index) => {
      const named = listAt(asked, "evidence").flatMap((text) =>
        Array.from(String(text).matchAll(evidence), ([, session, turn]) => `D${Number(session)}:${Number(turn)}`),
      );
      const turns = new Set(named.filter((turn) => sessionOf.has(turn)));
      return {
        id: `locomo-${id}#${index}`,
        text: stringAt(asked, "question"),
        category: stringAt(asked, "category"),
        turns,
        sessions: new Set(Array.from(turns, (turn) => sessionOf.get(turn) ?? "")),
      };
    })
    .filter(({ category, turns }) => answerable.has(category) && turns.size > 0);
}
