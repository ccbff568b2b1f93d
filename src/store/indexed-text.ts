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

const dateInWords = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "long",
  year: "numeric",
  weekday: "long",
  timeZone: "UTC",
});

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
    head: dateInWords.format(at),
    ids: splitNames(`${user}\n${assistant}\n${tool}`),
  };
}

function joined(messages: readonly StoredMessage[]): string {
  return messages.map(({ message }) => indexedText(message)).join("\n");
}
