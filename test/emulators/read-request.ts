import type { EmulatedApi } from "./model-reply.ts";

type Entry = Record<string, unknown>;

/** The newest text of a person in a request. */
export function lastUserText(api: EmulatedApi, body: Entry): string {
  const last = entriesOf(api, body).findLast((entry) => entry["role"] === "user" && !isResults(entry));
  return last === undefined ? "" : contentText(last["content"]);
}

/** The texts of all tool results after the person's newest words. */
export function toolResults(api: EmulatedApi, body: Entry): readonly string[] {
  const entries = entriesOf(api, body);
  const since = entries.slice(entries.findLastIndex((entry) => entry["role"] === "user" && !isResults(entry)) + 1);
  return since.flatMap((entry) => {
    if (entry["role"] === "tool") return [contentText(entry["content"])];
    if (entry["type"] === "function_call_output") return [String(entry["output"])];
    return isResults(entry) ? resultBlocks(entry).map((block) => contentText(block["content"])) : [];
  });
}

function entriesOf(api: EmulatedApi, body: Entry): readonly Entry[] {
  const list = body[api === "openai-responses" ? "input" : "messages"];
  return Array.isArray(list) ? (list as Entry[]) : [];
}

function isResults(entry: Entry): boolean {
  return resultBlocks(entry).length > 0;
}

function resultBlocks(entry: Entry): readonly Entry[] {
  const { content } = entry;
  return Array.isArray(content) ? (content as Entry[]).filter((block) => block["type"] === "tool_result") : [];
}

function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return (content as Entry[]).map((block) => (typeof block["text"] === "string" ? block["text"] : "")).join("");
}
