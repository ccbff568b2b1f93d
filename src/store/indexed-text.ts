import { type Message, type StoredMessage, textOf } from "../protocol/message.ts";
import { spaceOut, splitNames } from "../lib/index-words.ts";
import type { RecallColumn } from "../protocol/recall-index.ts";

const indexedToolText = 2048; // characters: long outputs are found by their beginning, and the index stays small

/** What a search can find of one message: words of people and of the agent, and the beginning of what tools returned. */
export function indexedText(message: Message): string {
  switch (message.role) {
    case "user":
    case "assistant":
    case "summary":
      return textOf(message);
    case "tool":
      return message.text.slice(0, indexedToolText);
  }
}

export type DocumentSource = {
  /** The document's messages: the first one heads it. */
  readonly messages: readonly StoredMessage[];
  readonly before: readonly StoredMessage[];
  readonly after: readonly StoredMessage[];
};

const weekdays = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const months = "January February March April May June July August September October November December".split(" ");

/** Not by `Intl`, which takes longer to start than a run takes to be indexed. */
function dateInWords(at: number): string {
  const date = new Date(at);
  const month = months[date.getUTCMonth()] ?? "";
  return `${date.getUTCDate()} ${month} ${date.getUTCFullYear()} ${weekdays[date.getUTCDay()] ?? ""}`;
}

/** A document's text, column by column, as the index takes it in. */
export function columnsOf({ messages, before, after }: DocumentSource): Readonly<Record<RecallColumn, string>> {
  const textBy = (role: Message["role"]): string => joined(messages.filter(({ message }) => message.role === role));
  const user = textBy("user");
  const assistant = [textBy("assistant"), textBy("summary")].filter((text) => text !== "").join("\n");
  const tool = textBy("tool").slice(0, indexedToolText);
  const at = messages[0]?.at ?? 0;
  return {
    user: spaceOut(user),
    assistant: spaceOut(assistant),
    tool: spaceOut(tool),
    before: spaceOut(joined(before)),
    after: spaceOut(joined(after)),
    head: dateInWords(at),
    ids: splitNames(`${user}\n${assistant}\n${tool}`),
  };
}

function joined(messages: readonly StoredMessage[]): string {
  return messages.map(({ message }) => indexedText(message)).join("\n");
}
