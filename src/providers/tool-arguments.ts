import type { Json, JsonObject } from "../protocol/json.ts";

/** What the model wrote as arguments: an object, or a sentence that says what is wrong with it. */
export type ParsedArguments =
  | { readonly ok: true; readonly input: JsonObject }
  | { readonly ok: false; readonly input: JsonObject; readonly problem: string };

/**
 * Reads a call's arguments strictly. Only repairs that cannot change the meaning are made: white space, a code fence,
 * the same object written twice, an object written as a JSON string. Anything else is malformed, never guessed.
 */
export function parseToolArguments(raw: string, options: { readonly mayBeEmpty: boolean }): ParsedArguments {
  const text = withoutFence(raw.trim());
  if (text === "" || text === "null") {
    return options.mayBeEmpty
      ? { ok: true, input: {} }
      : { ok: false, input: {}, problem: "The arguments were empty; write them as one JSON object." };
  }
  const whole = objectFrom(text) ?? objectFrom(onceOf(text));
  return whole === undefined ? malformed(text) : { ok: true, input: whole };
}

function objectFrom(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  const value = parseJson(text);
  if (isObject(value)) return value;
  if (typeof value !== "string") return undefined;
  const inner = parseJson(withoutFence(value.trim()));
  return isObject(inner) ? inner : undefined;
}

/** The first half of a text that is the same JSON object twice; `undefined` when it is anything else. */
function onceOf(text: string): string | undefined {
  for (let at = text.indexOf("}"); at !== -1 && at < text.length - 1; at = text.indexOf("}", at + 1)) {
    const first = text.slice(0, at + 1);
    const second = text.slice(at + 1).trim();
    if (Math.abs(first.length - second.length) > 2) continue;
    const left = parseJson(first);
    const right = parseJson(second);
    if (isObject(left) && isObject(right) && JSON.stringify(left) === JSON.stringify(right)) return first;
  }
  return undefined;
}

export function withoutFence(text: string): string {
  if (!text.startsWith("```")) return text;
  const fenced = /^```[a-z]*[ \t]*\r?\n?([\s\S]*?)\r?\n?```$/i.exec(text);
  return fenced?.[1]?.trim() ?? text;
}

function malformed(text: string): ParsedArguments {
  return { ok: false, input: { unreadable_arguments: excerpt(text) }, problem: problemOf(text) };
}

function problemOf(text: string): string {
  const value = parseJson(text);
  if (value !== undefined) {
    return `The arguments were ${kindOf(value)}, not a JSON object; call again with an object.`;
  }
  const reason = parseProblem(text);
  return `The arguments were not valid JSON (${reason}); nothing was run. Call again with the whole object.`;
}

function parseProblem(text: string): string {
  try {
    JSON.parse(text);
    return "unknown";
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/unexpected end|unterminated/i.test(message)) return `cut off after ${text.length} characters`;
    return message.replace(/, ?(?:\.\.\.)?".*$/s, "").slice(0, 120);
  }
}

function kindOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}

/** Both ends of it, so that the model sees what it wrote without paying for it again in every request. */
function excerpt(text: string): string {
  return text.length <= 1_200 ? text : `${text.slice(0, 800)} […] ${text.slice(-300)}`;
}

/** `undefined` when it is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // the caller says what that means
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
