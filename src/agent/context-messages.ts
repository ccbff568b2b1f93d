import type { Message, StoredMessage } from "../protocol/message.ts";
import { validHistory } from "./valid-history.ts";
import { withWireIds } from "./wire-ids.ts";

const excerptCharacters = 240;

/** A message as far as a request needs it. */
export type ContextEntry = Pick<StoredMessage, "message" | "spilledTo">;

/** What the model is shown: the summary if there is one, then the rest, moved-out results as pointers, always valid. */
export function contextMessages(entries: readonly ContextEntry[]): readonly Message[] {
  return withWireIds(validHistory(entries.map(shown)));
}

/** A moved-out tool result as its beginning and the name under which the whole can be read. */
export function shown(entry: ContextEntry): Message {
  const { message, spilledTo } = entry;
  if (spilledTo === undefined || message.role !== "tool") return message;
  const excerpt = message.text.slice(0, excerptCharacters);
  const pointer = `[${message.text.length} characters in all; the whole can be read with read_file, path "${spilledTo}"]`;
  return { ...message, text: `${excerpt}…\n${pointer}` };
}
