import { queryWords } from "../lib/query-words.ts";
import { snippetOf } from "../lib/snippet.ts";
import { whenText } from "../lib/when-text.ts";
import type { StoredMessage } from "../protocol/message.ts";
import type { RecallAnswer } from "../protocol/recall-answer.ts";
import type { RecallWindow } from "../protocol/recall.ts";
import { shortIdsOf } from "./short-ids.ts";
import { wholeTextOf } from "./whole-text.ts";

const mostCharacters = 12_000;
const mostOfFound = 900;
const mostOfNeighbour = 240;

/** Passages in order of time with the newest marked, or the summary and where it comes from; always how to read on. */
export function answerText(answer: RecallAnswer, query: string): string {
  if (answer.windows.length === 0) return `Nothing found for ${JSON.stringify(query)}. Try fewer or other words.`;
  const notice = answer.notice === undefined ? [] : [answer.notice];
  const lines =
    answer.summary === undefined
      ? [...notice, passages(answer.windows, queryWords(query)), readOn]
      : [answer.summary, ...notice, "", sources(answer), readOn];
  return lines.join("\n").replaceAll(steering, " ");
}

/** Control characters but the end of a line: what programs once printed must not steer the terminal that shows it. */
const steering = /[^\P{Cc}\n]+/gu;

const readOn = "[read around one: session_id and around=<number after #>]";

/** The sessions that a summary names, so that each can be gone to. */
function sources({ windows, summary = "" }: RecallAnswer): string {
  const ids = shortIdsOf(windows);
  const lines = windows
    .filter(({ session }) => summary.includes(ids.get(session.id) ?? session.id))
    .map((window) => headOf(window, ids.get(window.session.id) ?? ""));
  return [...new Set(lines)].join("\n");
}

function passages(windows: readonly RecallWindow[], words: readonly string[]): string {
  const ids = shortIdsOf(windows);
  const lines: string[] = [];
  let left = mostCharacters;
  let head = "";
  for (const [index, window] of windows.entries()) {
    const own = headOf(window, ids.get(window.session.id) ?? "");
    const block = [...(own === head ? [] : [own]), ...window.messages.map((each) => messageLine(each, window, words))];
    left -= block.reduce((sum, line) => sum + line.length + 1, 0);
    if (left < 0 && index > 0) {
      lines.push(`[${windows.length - index} more are not shown: ask with a smaller limit, or for a shorter time]`);
      break;
    }
    lines.push(...block);
    head = own;
  }
  if (windows.length > 1)
    lines.push(`[${windows[0]?.isNewest === true ? "newest" : "oldest"} first; where they differ, the newest holds]`);
  return lines.join("\n");
}

function headOf({ session, messages, isNewest }: RecallWindow, id: string): string {
  const day = whenText(messages[0]?.at ?? session.createdAt).slice(0, 10);
  return `${id} ${day} ${JSON.stringify(session.title)} (${session.surface})${isNewest ? " newest" : ""}`;
}

/** `*` stands before what was found, a space before its neighbours. */
function messageLine({ seq, at, message }: StoredMessage, { found }: RecallWindow, words: readonly string[]): string {
  const isFound = found.includes(seq);
  const text = snippetOf(wholeTextOf(message), words, isFound ? mostOfFound : mostOfNeighbour);
  return `${isFound ? "*" : " "} #${seq} ${whenText(at)} ${message.role}: ${text}`;
}
