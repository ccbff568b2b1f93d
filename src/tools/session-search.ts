import * as z from "zod/mini";
import { textOf, toolCallsOf, type Message, type StoredMessage } from "../protocol/message.ts";
import type { Session } from "../protocol/session.ts";
import type { Tool, ToolContext, ToolResult } from "../protocol/tool.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import type { ToolParts } from "./tool-parts.ts";

const maxCharacters = 16_000;
const maxPassed = 200;
const maxShown = 500;

type Parts = Pick<ToolParts, "ledger" | "recall" | "searchScope">;

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
};

export function createSessionSearchTool(parts: Parts): Tool {
  return defineTool({
    name: "session_search",
    description:
      'Search earlier conversations by query, or read one word for word: session_id with around (a message number); session_id "current" is this one. Without either it lists recent sessions.',
    parameters: z.object({
      query: z.optional(z.string()),
      session_id: z.optional(z.string()),
      around: z.optional(z.int().check(z.minimum(1))),
      around_message_id: z.optional(z.string()),
      window: z._default(z.int().check(z.minimum(0), z.maximum(20)), 5).check(z.describe("messages before and after")),
      start: z._default(z.int().check(z.minimum(0)), 0).check(z.describe("character to go on from in a long message")),
      limit: z._default(z.int().check(z.minimum(1), z.maximum(10)), 3),
      role_filter: z.optional(z.string()).check(z.describe("user,assistant,tool")),
      sort: z.optional(z.enum(["newest", "oldest"])),
    }),
    intentOf: (wanted) => ({ effect: "read", subject: wanted.query ?? wanted.session_id ?? "recent", paths: [] }),
    run: (wanted, context) => searchSessions(wanted, context, parts),
  });
}

async function searchSessions(wanted: Wanted, context: ToolContext, parts: Parts): Promise<ToolResult> {
  const sessionId = wanted.session_id === "current" ? context.sessionId : wanted.session_id;
  const session = sessionId === undefined ? undefined : await readableSession(sessionId, parts);
  if (sessionId !== undefined && session === undefined)
    return failure(`There is no session ${sessionId} that you may read.`);
  if (wanted.query !== undefined && wanted.query.trim() !== "")
    return discover(wanted, { session, parts, signal: context.signal });
  return session === undefined ? recent(wanted, parts) : read(wanted, session, parts);
}

/** `undefined` also for a session of other people: that it exists is theirs to know. */
async function readableSession(id: string, { ledger, searchScope }: Parts): Promise<Session | undefined> {
  const session = await ledger.session(id);
  return session !== undefined && searchScope.audiences.includes(session.audience) ? session : undefined;
}

type Search = { readonly session: Session | undefined; readonly parts: Parts; readonly signal: AbortSignal };

async function discover(wanted: Wanted, { session, parts, signal }: Search): Promise<ToolResult> {
  const scope = session === undefined ? parts.searchScope : { ...parts.searchScope, sessionId: session.id };
  const windows = await parts.recall.search({ text: wanted.query ?? "", scope, limit: wanted.limit }, signal);
  if (windows.length === 0)
    return success(`Nothing found for ${JSON.stringify(wanted.query)}. Try fewer or other words.`);
  const lines = (wanted.sort === "newest" ? windows.toReversed() : windows).map(
    ({ session: { id, title }, messages, isNewest }) =>
      `[${id} ${JSON.stringify(title)}${isNewest ? ", newest" : ""}]\n${messages.map(foundLine).join("\n")}`,
  );
  return success(`${lines.join("\n")}\n[read around one: session_id and around=<number after #>]`);
}

function foundLine({ seq, at, message }: StoredMessage): string {
  return `#${seq} ${dateOf(at)} ${message.role}: ${oneLine(textOf(message)).slice(0, maxShown)}`;
}

async function recent(wanted: Wanted, { ledger, searchScope }: Parts): Promise<ToolResult> {
  const sessions = (await ledger.listSessions({ limit: maxPassed })).filter(({ audience }) =>
    searchScope.audiences.includes(audience),
  );
  const lines = sessions
    .slice(0, wanted.limit)
    .map(
      ({ id, updatedAt, title, messageCount }) =>
        `${id} ${dateOf(updatedAt)} ${JSON.stringify(title)}, ${messageCount} messages`,
    );
  return success(lines.length === 0 ? "There is no earlier session." : lines.join("\n"));
}

async function read(wanted: Wanted, session: Session, { ledger }: Parts): Promise<ToolResult> {
  const messages = await ledger.messages(session.id);
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
    lines.push(`#${seq} ${dateOf(at)} ${message.role}:\n${text.slice(0, left)}`);
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

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
