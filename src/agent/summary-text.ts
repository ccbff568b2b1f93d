import { estimateTokens } from "../lib/estimate-tokens.ts";
import { textOf, toolCallsOf, type StoredMessage } from "../protocol/message.ts";
import { identifiersIn } from "./identifiers.ts";

export type SummaryParts = {
  readonly sessionId: string;
  /** Everything that the summary will stand for, in `seq` order, earlier summaries left out. */
  readonly messages: readonly StoredMessage[];
  /** What a model wrote about them; `undefined` when there is none. */
  readonly written: string | undefined;
  readonly maxTokens: number;
};

/**
 * The text of a summary. A model may have written one section; requests, decisions and identifiers are taken from the
 * messages to the letter, so that they do not depend on it. Earliest and newest requests win when there is no room.
 */
export function summaryText(parts: SummaryParts): string {
  const first = parts.messages.at(0)?.seq ?? 0;
  const last = parts.messages.at(-1)?.seq ?? 0;
  const sections = [
    `Summary of messages ${first} to ${last} of this conversation, which went before what follows. ` +
      `The originals are kept: session_search with session_id "${parts.sessionId}" and around_message_id shows any of them, ` +
      "and with a query finds them.",
    section("What was asked, verbatim; the last one is the newest", requests(parts.messages, parts.maxTokens * 0.25)),
    section("What happened", parts.written ?? ""),
    section("Decided or stated", parts.written === undefined ? statements(parts.messages, parts.maxTokens * 0.2) : ""),
    section("Tools used", parts.written === undefined ? toolsUsed(parts.messages) : ""),
    section("Task list", lastTodo(parts.messages)),
    section("Exact identifiers", identifiers(parts.messages, parts.maxTokens * 0.4)),
  ];
  return sections.filter((text) => text !== "").join("\n\n");
}

function section(title: string, body: string): string {
  return body.trim() === "" ? "" : `## ${title}\n${body.trim()}`;
}

/** The first request and as many of the newest as fit; each cut in the middle when it is long. */
function requests(messages: readonly StoredMessage[], maxTokens: number): string {
  const lines = messages
    .filter(({ message }) => message.role === "user")
    .map(({ seq, message }) => ({ seq, text: middleCut(textOf(message).trim(), maxTokens * 1.6) }))
    .filter(({ text }) => text !== "")
    .map(({ seq, text }) => `- (${seq}) ${text}`);
  return fit(lines, maxTokens, "requests");
}

const statement =
  /\b(decid|chose|choose|agreed|will use|must|never|always|instead|because|remember|prefer|goal|deadline)/iu;

function statements(messages: readonly StoredMessage[], maxTokens: number): string {
  const lines = messages
    .filter(({ message }) => message.role === "assistant")
    .flatMap(({ seq, message }) =>
      textOf(message)
        .split(/(?<=[.!?])\s+|\n/u)
        .filter((sentence) => statement.test(sentence) && sentence.length < 400)
        .map((sentence) => `- (${seq}) ${sentence.trim()}`),
    );
  return fit(lines, maxTokens, "statements");
}

function toolsUsed(messages: readonly StoredMessage[]): string {
  const counts = new Map<string, number>();
  for (const { message } of messages) {
    if (message.role !== "assistant") continue;
    for (const call of toolCallsOf(message)) counts.set(call.name, (counts.get(call.name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `- ${name}: ${count}`).join("\n");
}

function lastTodo(messages: readonly StoredMessage[]): string {
  const results = messages.filter(({ message }) => message.role === "tool" && message.name === "todo");
  const last = results.at(-1)?.message;
  return last?.role === "tool" && !last.isError ? last.text : "";
}

/** Those that people and the agent wrote first, then those of calls, then those of results, newest kept. */
function identifiers(messages: readonly StoredMessage[], maxTokens: number): string {
  const spoken = messages.filter(({ message }) => message.role !== "tool").map(({ message }) => textOf(message));
  const called = messages.flatMap(({ message }) =>
    message.role === "assistant" ? toolCallsOf(message).map((call) => JSON.stringify(call.input)) : [],
  );
  const returned = messages.flatMap(({ message }) => (message.role === "tool" ? [message.text.slice(0, 4_000)] : []));
  const kept = new Set<string>();
  let left = maxTokens;
  for (const texts of [spoken, called, returned]) {
    for (const text of texts.toReversed()) {
      for (const identifier of identifiersIn(text)) {
        const cost = estimateTokens(identifier) + 1;
        if (kept.has(identifier) || cost > left) continue;
        kept.add(identifier);
        left -= cost;
      }
    }
  }
  return [...kept].join(" · ");
}

/** The first line always, then the newest that fit, in order. */
function fit(lines: readonly string[], maxTokens: number, what: string): string {
  const [first, ...rest] = lines;
  if (first === undefined) return "";
  let left = maxTokens - estimateTokens(first);
  const kept: string[] = [];
  for (const line of rest.toReversed()) {
    left -= estimateTokens(line) + 1;
    if (left < 0) break;
    kept.unshift(line);
  }
  const dropped = rest.length - kept.length;
  const gap = dropped > 0 ? [`- (${dropped} ${what} between are not repeated here; session_search finds them)`] : [];
  return [first, ...gap, ...kept].join("\n");
}

function middleCut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const half = Math.floor(maxCharacters / 2);
  return `${text.slice(0, half)} […] ${text.slice(-half)}`;
}
