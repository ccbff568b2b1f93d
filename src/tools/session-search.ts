import * as z from "zod/mini";
import { textOf, toolCallsOf, type Message, type StoredMessage } from "../protocol/message.ts";
import { periodOf, timeWordsKnown } from "../lib/time-words.ts";
import { whenText } from "../lib/when-text.ts";
import type { RecallQuestion, RecallWindow } from "../protocol/recall.ts";
import { surfaces, type Session, type Surface } from "../protocol/session.ts";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import type { ToolParts } from "./tool-parts.ts";

const maxCharacters = 16_000;
const maxPassed = 2_000; // sessions looked through for those of this person and time
const widerForRoles = 3;

type Parts = Pick<ToolParts, "ledger" | "searchScope" | "pastSessions">;

type Wanted = {
  readonly query?: string | undefined;
  readonly session_id?: string | undefined;
  readonly around?: number | undefined;
  readonly around_message_id?: string | undefined;
  readonly window: number;
  readonly start: number;
  readonly limit: number;
  readonly role_filter?: string | undefined;
  readonly sort?: "newest" | "oldest" | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly person?: string | undefined;
  readonly surface?: Surface | undefined;
  readonly summarize: boolean;
};

export function createSessionSearchTool(parts: Parts): Tool {
  return defineTool({
    name: "session_search",
    description:
      'Search earlier conversations by query, or read one word for word: session_id with around (a message number); session_id "current" is this one. Without either it lists recent sessions. summarize: a cited summary of what is found.',
    parameters: z.object({
      query: z.optional(z.string()),
      session_id: z.optional(z.string()),
      around: z.optional(z.int().check(z.minimum(1))),
      around_message_id: z.optional(z.string()),
      window: z._default(z.int().check(z.minimum(0), z.maximum(20)), 5).check(z.describe("messages before and after")),
      start: z._default(z.int().check(z.minimum(0)), 0).check(z.describe("character to go on from in a long message")),
      limit: z._default(z.int().check(z.minimum(1), z.maximum(10)), 5),
      role_filter: z.optional(z.string()).check(z.describe("user,assistant,tool")),
      sort: z.optional(z.enum(["newest", "oldest"])),
      from: z.optional(z.string()).check(z.describe("2026-11-20 or words: last week")),
      to: z.optional(z.string()).check(z.describe("included")),
      person: z.optional(z.string()),
      surface: z.optional(z.enum(surfaces)),
      summarize: z._default(z.boolean(), false),
    }),
    aliases: { after: "from", before: "to", channel: "surface" },
    intentOf: (wanted) => ({ effect: "read", subject: wanted.query ?? wanted.session_id ?? "recent", paths: [] }),
    run: (wanted, context) => searchSessions(wanted, context, parts),
  });
}

async function searchSessions(wanted: Wanted, context: ToolContext, parts: Parts): Promise<ToolResult> {
  const session =
    wanted.session_id === undefined ? undefined : await readableSession(wanted.session_id, context, parts);
  if (wanted.session_id !== undefined && session === undefined)
    return failure(`There is no session ${wanted.session_id} that you may read.`);
  const time = timeOf(wanted);
  if ("problem" in time) return failure(time.problem);
  if (wanted.query !== undefined && wanted.query.trim() !== "")
    return discover(wanted, wanted.query, { session, time, parts, context });
  if (wanted.summarize) return failure("summarize needs a query: what should the summary answer?");
  return session === undefined ? recent(wanted, time, parts) : read(wanted, session, parts);
}

/** By its id or the beginning of it. `undefined` also for a session of other people: that it exists is theirs to know. */
async function readableSession(
  named: string,
  context: ToolContext,
  { ledger, searchScope }: Parts,
): Promise<Session | undefined> {
  const id = named === "current" ? context.sessionId : named.trim();
  if (id === "") return undefined;
  const own = (await ledger.sessionsByPrefix(id)).filter(({ audience }) => searchScope.audiences.includes(audience));
  return own.find((session) => session.id === id) ?? (own.length === 1 ? own[0] : undefined);
}

type Time = { readonly from?: number; readonly to?: number };

function timeOf({ from, to }: Wanted): Time | { readonly problem: string } {
  const now = Date.now();
  const [first, last] = [from, to].map((words) => (words === undefined ? undefined : periodOf(words, now)));
  const unknown =
    from !== undefined && first === undefined ? from : to !== undefined && last === undefined ? to : undefined;
  if (unknown !== undefined) return { problem: `"${unknown}" is no time: write it as in ${timeWordsKnown}.` };
  return { ...(first === undefined ? {} : { from: first.from }), ...(last === undefined ? {} : { to: last.to }) };
}

type Search = {
  readonly session: Session | undefined;
  readonly time: Time;
  readonly parts: Parts;
  readonly context: ToolContext;
};

async function discover(wanted: Wanted, query: string, search: Search): Promise<ToolResult> {
  const pastSessions = await search.parts.pastSessions();
  const question = questionOf(wanted, query, search);
  const { sessionId, runId, signal } = search.context;
  const answer = await pastSessions.answer(
    { question, askedIn: runId, ...(wanted.summarize ? { summary: { sessionId, runId } } : {}) },
    signal,
  );
  if (answer.summary !== undefined) return success(pastSessions.text(answer, query));
  const windows = best(answer.windows.filter(hasRole(rolesOf(wanted.role_filter))), wanted.limit);
  const sorted = wanted.sort === "newest" ? windows.toReversed() : windows;
  return success(pastSessions.text({ ...answer, windows: sorted }, query));
}

function questionOf(wanted: Wanted, query: string, { session, time, parts }: Search): RecallQuestion {
  const { surface, person, role_filter: roles, limit } = wanted;
  return {
    text: query,
    scope: session === undefined ? parts.searchScope : { ...parts.searchScope, sessionId: session.id },
    limit: roles === undefined ? limit : limit * widerForRoles,
    ...time,
    ...(surface === undefined ? {} : { surface }),
    ...(person === undefined ? {} : { personId: person }),
    isGeneratedIncluded: surface === "schedule" || surface === "learning" || session !== undefined,
  };
}

function hasRole(roles: ReadonlySet<string> | undefined): (window: RecallWindow) => boolean {
  return ({ messages, found }) =>
    roles === undefined || messages.some(({ seq, message }) => found.includes(seq) && roles.has(message.role));
}

/** The best of them, still in order of time, the last of them the newest. */
function best(windows: readonly RecallWindow[], limit: number): readonly RecallWindow[] {
  const kept = new Set(windows.toSorted((left, right) => right.score - left.score).slice(0, limit));
  const left = windows.filter((window) => kept.has(window));
  return left.map((window, index) => ({ ...window, isNewest: index === left.length - 1 }));
}

async function recent(wanted: Wanted, { from = 0, to = Infinity }: Time, parts: Parts): Promise<ToolResult> {
  const { ledger, searchScope } = parts;
  const sessions = await ledger.listSessions({
    limit: maxPassed,
    ...(wanted.surface === undefined ? {} : { surface: wanted.surface }),
  });
  const lines = sessions
    .filter(({ audience }) => searchScope.audiences.includes(audience))
    .filter(({ createdAt, updatedAt }) => updatedAt >= from && createdAt < to)
    .filter(({ personId }) => wanted.person === undefined || personId === wanted.person)
    .slice(0, wanted.limit)
    .map(
      ({ id, updatedAt, title, messageCount }) =>
        `${id} ${whenText(updatedAt)} ${JSON.stringify(title)}, ${messageCount} messages`,
    );
  return success(lines.length === 0 ? "There is no earlier session." : lines.join("\n"));
}

async function read(wanted: Wanted, session: Session, { ledger }: Parts): Promise<ToolResult> {
  const messages = (await ledger.messages(session.id)).filter(({ isTakenBack }) => isTakenBack !== true);
  const center = centerOf(wanted, messages);
  if (center === undefined)
    return failure(
      `There is no message ${wanted.around_message_id ?? wanted.around} in this session; it has ${messages.length}.`,
    );
  const roles = rolesOf(wanted.role_filter);
  const isNamed = wanted.around !== undefined || wanted.around_message_id !== undefined;
  const near = messages.filter(({ seq }) =>
    isNamed ? Math.abs(seq - center) <= wanted.window : seq <= wanted.window * 2,
  );
  const fitting = near.filter(({ message }) => roles === undefined || roles.has(message.role));
  return success(page(fitting, { wanted, session, total: messages.length }));
}

/** The number of the message in the middle; 1 when none is named, `undefined` when the named one is not there. */
function centerOf({ around, around_message_id: id }: Wanted, messages: readonly StoredMessage[]): number | undefined {
  if (id !== undefined) return messages.find((message) => message.id === id || String(message.seq) === id)?.seq;
  if (around === undefined) return 1;
  return messages.some(({ seq }) => seq === around) ? around : undefined;
}

type Shown = { readonly wanted: Wanted; readonly session: Session; readonly total: number };

/** Word for word as far as it fits; what is cut says how to go on, so that all of it can be had. */
function page(messages: readonly StoredMessage[], { wanted, session, total }: Shown): string {
  const lines = [`[${session.id} ${JSON.stringify(session.title)}: ${total} messages]`];
  let left = maxCharacters;
  for (const [index, { seq, at, message }] of messages.entries()) {
    const start = index === 0 ? wanted.start : 0;
    const text = verbatim(message).slice(start);
    if (left <= 0) {
      lines.push(`[go on with around=${seq}]`);
      break;
    }
    lines.push(`#${seq} ${whenText(at)} ${message.role}:\n${text.slice(0, left)}`);
    if (text.length > left) {
      lines.push(`[cut; go on with session_id=${session.id} around=${seq} window=0 start=${start + left}]`);
      break;
    }
    left -= text.length;
  }
  return lines.join("\n");
}

function verbatim(message: Message): string {
  const calls =
    message.role === "assistant"
      ? toolCallsOf(message).map(({ name, input }) => `${name} ${JSON.stringify(input)}`)
      : [];
  return [textOf(message), ...calls].filter((text) => text !== "").join("\n");
}

function rolesOf(filter: string | undefined): ReadonlySet<string> | undefined {
  return filter === undefined ? undefined : new Set(filter.split(",").map((role) => role.trim()));
}
