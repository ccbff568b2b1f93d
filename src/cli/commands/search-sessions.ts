import { openPastSessions } from "../../app/open-past-sessions.ts";
import { queryWords } from "../../lib/query-words.ts";
import { snippetOf } from "../../lib/snippet.ts";
import { periodOf, timeWordsKnown } from "../../lib/time-words.ts";
import { whenText } from "../../lib/when-text.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { textOf, type StoredMessage } from "../../protocol/message.ts";
import { ownerId } from "../../protocol/person.ts";
import type { RecallAnswer } from "../../protocol/recall-answer.ts";
import type { RecallQuestion, RecallWindow } from "../../protocol/recall.ts";
import { surfaces } from "../../protocol/session.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { rowLimit } from "../row-limit.ts";
import { writeError, writeOut } from "../write-line.ts";

const usualWindows = 10;

/** `hermes sessions search`: passages in order of time; with `--summarize` a cited summary before them. */
export async function searchSessions(line: CommandLine, query: string): Promise<number> {
  const question = questionOf(line, query);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  await using looking = await openPastSessions(appOptions(line));
  const account = { sessionId: looking.newId(), runId: looking.newId() };
  const request = { question, ...(line.summarize ? { summary: account } : {}) };
  const answer = await looking.past.answer(request, stop.signal);
  if (line.json) await writeOut(jsonLines(answer, line.summarize));
  else await showAnswer(answer, queryWords(query));
  return stop.signal.aborted ? exitCodes.interrupted : exitCodes.done;
}

function questionOf(line: CommandLine, query: string): RecallQuestion {
  if (query.trim() === "") throw new AgentError("bad-usage", "Search for what? hermes sessions search WORDS.");
  const surface = surfaces.find((known) => known === line.surface);
  if (line.surface !== undefined && surface === undefined)
    throw new AgentError("bad-usage", `--surface ${line.surface} must be one of ${surfaces.join(", ")}.`);
  const from = line.from === undefined ? undefined : moment("--from", line.from).from;
  const to = line.to === undefined ? undefined : moment("--to", line.to).to;
  return {
    text: query,
    scope: { audiences: [`direct:${ownerId}`] },
    limit: rowLimit(line, usualWindows),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(line.person === undefined ? {} : { personId: line.person }),
    ...(surface === undefined ? {} : { surface }),
    isGeneratedIncluded: surface === "schedule" || surface === "learning",
  };
}

function moment(option: string, words: string): { readonly from: number; readonly to: number } {
  const period = periodOf(words, Date.now());
  if (period !== undefined) return period;
  throw new AgentError("bad-usage", `${option} ${words} is no time: write it as in ${timeWordsKnown}.`);
}

/** One object a window; with a summary asked for, one more at the end. */
function jsonLines({ windows, summary, notice }: RecallAnswer, isSummaryAsked: boolean): string {
  const rows: object[] = windows.map(({ session, messages, found, score, isNewest }) => ({
    sessionId: session.id,
    sessionTitle: session.title,
    surface: session.surface,
    isNewest,
    score,
    found,
    messages: messages.map(({ seq, at, message }) => ({ seq, at, role: message.role, text: textOf(message) })),
  }));
  if (isSummaryAsked) rows.push({ summary: summary ?? null, notice: notice ?? null });
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

async function showAnswer({ windows, summary, notice }: RecallAnswer, words: readonly string[]): Promise<void> {
  if (notice !== undefined) await writeError(`hermes: ${notice}\n`);
  if (windows.length === 0) return writeOut("Nothing found.\n");
  const mark = process.stdout.isTTY ? boldWords(words) : (text: string): string => text;
  const shown = windows.map((window) => windowText(window, words, mark));
  await writeOut(
    [...(summary === undefined ? [] : [`${summary.split("\n").map(printable).join("\n")}\n\n`]), ...shown].join(""),
  );
  if (windows.length > 1) await writeError("hermes: oldest first; hermes sessions show ID shows all of a session.\n");
}

type Mark = (text: string) => string;

function windowText(window: RecallWindow, words: readonly string[], mark: Mark): string {
  const { session, messages, found, isNewest } = window;
  const hits = messages.filter(({ seq }) => found.includes(seq));
  const first = hits[0] ?? messages[0];
  const title = printable(session.title);
  const head = `${whenText(first?.at ?? session.createdAt)}  ${title}${isNewest ? "  [newest]" : ""}\n    ${session.id}\n`;
  return head + hits.map((hit) => hitLine(hit, words, mark)).join("");
}

function hitLine({ seq, message }: StoredMessage, words: readonly string[], mark: Mark): string {
  return `    #${seq} ${message.role}: ${mark(printable(snippetOf(textOf(message), words)))}\n`;
}

/** Old messages hold what programs printed: no control character of theirs reaches the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}

function boldWords(words: readonly string[]): Mark {
  const found = new RegExp(words.join("|"), "giu");
  return (text) => (words.length === 0 ? text : text.replaceAll(found, "\u001b[1m$&\u001b[22m"));
}
