import { openPast, openStore } from "../../app/open-store.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import type { Ledger } from "../../protocol/ledger.ts";
import { textOf, toolCallsOf, type Message, type StoredMessage } from "../../protocol/message.ts";
import { ownerId } from "../../protocol/person.ts";
import type { Session } from "../../protocol/session.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { whenText } from "../when-text.ts";
import { rowLimit } from "../row-limit.ts";
import { writeOut } from "../write-line.ts";

const searchDeadlineMs = 30_000;
const shownLetters = 200;

export async function runSessions(line: CommandLine): Promise<number> {
  const [action = "list", ...rest] = line.words;
  await using ledger = await openStore(appOptions(line));
  switch (action) {
    case "list":
      await listSessions(ledger, line);
      break;
    case "show":
      await showSession(ledger, line, rest[0]);
      break;
    case "search":
      await searchSessions(line, rest.join(" "));
      break;
    default:
      throw new AgentError(
        "bad-usage",
        `There is no hermes sessions ${action}: list, show ID and search WORDS are there.`,
      );
  }
  return exitCodes.done;
}

async function listSessions(ledger: Ledger, line: CommandLine): Promise<void> {
  const sessions = await ledger.listSessions({ limit: rowLimit(line, line.json ? 100_000 : 30) });
  const text = line.json ? sessions.map((session) => `${JSON.stringify(session)}\n`) : sessions.map(sessionLine);
  const empty = line.json ? "" : 'No sessions yet: hermes -p "TASK" begins one.\n';
  await writeOut(text.join("") || empty);
}

function sessionLine(session: Session): string {
  const title = session.title === "" ? "(nothing said yet)" : session.title;
  return `${session.id}  ${whenText(session.updatedAt)}  ${String(session.messageCount).padStart(5)} messages  ${title}\n`;
}

async function showSession(ledger: Ledger, line: CommandLine, id: string | undefined): Promise<void> {
  if (id === undefined)
    throw new AgentError("bad-usage", "Which session? hermes sessions show ID; hermes sessions list shows the ids.");
  const [session, second] = await ledger.sessionsByPrefix(id);
  if (session === undefined || (second !== undefined && session.id !== id)) {
    const problem = session === undefined ? "There is no session" : "Several sessions begin with";
    throw new AgentError("not-found", `${problem} ${id}: hermes sessions list shows them.`);
  }
  const messages = await ledger.messages(session.id);
  const render = line.json ? (message: StoredMessage) => `${JSON.stringify(message)}\n` : messageText;
  await writeOut(messages.map(render).join(""));
}

function messageText({ seq, at, message }: StoredMessage): string {
  return `── ${seq} ${nameOf(message)} · ${whenText(at)}\n${bodyOf(message).trimEnd()}\n`;
}

function nameOf(message: Message): string {
  return message.role === "tool" ? `${message.name}${message.isError ? " (failed)" : ""}` : message.role;
}

function bodyOf(message: Message): string {
  const text = textOf(message);
  if (message.role !== "assistant") return text;
  return [text, ...toolCallsOf(message).map((call) => `→ ${call.name} ${JSON.stringify(call.input)}`)]
    .filter(Boolean)
    .join("\n");
}

async function searchSessions(line: CommandLine, query: string): Promise<void> {
  if (query.trim() === "") throw new AgentError("bad-usage", "Search for what? hermes sessions search WORDS.");
  await using past = await openPast(appOptions(line));
  const question = { text: query, scope: { audiences: [`direct:${ownerId}`] }, limit: rowLimit(line, 10) } as const;
  const windows = await past.recall.search(question, AbortSignal.timeout(searchDeadlineMs));
  const rows = windows.flatMap(({ session, messages, found, foundScores }) =>
    messages
      .filter(({ seq }) => found.includes(seq))
      .map(({ seq, at, message }) => {
        const text = textOf(message).replaceAll(/\s+/g, " ").trim();
        const score = foundScores[found.indexOf(seq)];
        return line.json
          ? `${JSON.stringify({ sessionId: session.id, seq, at, role: message.role, sessionTitle: session.title, text, score })}\n`
          : `${session.id} (${seq})  ${whenText(at)}  ${session.title}\n    ${text.slice(0, shownLetters)}\n`;
      }),
  );
  await writeOut(rows.join("") || (line.json ? "" : "Nothing found.\n"));
}
