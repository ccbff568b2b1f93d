import type { JsonObject } from "../../protocol/json.ts";
import { isObject, parseJson, parseToolArguments, withoutFence } from "../tool-arguments.ts";
import { toolNameFrom } from "../tool-name.ts";

export type WrittenCall = { readonly name: string; readonly input: JsonObject; readonly malformed: string | undefined };

/** Reads what stood between the tags; `undefined` when it is no attempt at a call. */
export function readCallBlock(body: string, known: ReadonlySet<string>): WrittenCall | undefined {
  const text = withoutFence(body.trim());
  if (!text.startsWith("{")) return undefined;
  const whole = parseToolArguments(text, { mayBeEmpty: false });
  if (!whole.ok) return { name: toolNameFrom(nameIn(text), known), input: whole.input, malformed: whole.problem };
  return readCall(whole.input, known) ?? noName(whole.input);
}

/** A whole answer that is nothing but one call, written without tags. */
export function readBareCall(text: string, known: ReadonlySet<string>): WrittenCall | undefined {
  const value = parseJson(withoutFence(text.trim()));
  if (!isObject(value) || Object.keys(value).length !== 2) return undefined;
  const call = readCall(value, known);
  return call !== undefined && call.malformed === undefined && known.has(call.name) ? call : undefined;
}

/** True while what was written so far may still become a whole object: the closing tag can stand inside its text. */
export function isInsideText(body: string): boolean {
  let isInside = false;
  for (let index = 0; index < body.length; index++) {
    const character = body[index];
    if (character === "\\" && isInside) index += 1;
    else if (character === '"') isInside = !isInside;
  }
  return isInside;
}

function readCall(value: JsonObject, known: ReadonlySet<string>): WrittenCall | undefined {
  const { name, arguments: given, parameters } = value;
  if (typeof name !== "string" || name.trim() === "") return undefined;
  const wanted = given ?? parameters ?? {};
  const parsed = parseToolArguments(typeof wanted === "string" ? wanted : JSON.stringify(wanted), { mayBeEmpty: true });
  return { name: toolNameFrom(name, known), input: parsed.input, malformed: parsed.ok ? undefined : parsed.problem };
}

function noName(input: JsonObject): WrittenCall {
  return { name: unknownName, input, malformed: 'The call had no "name"; write {"name": …, "arguments": {…}}.' };
}

const unknownName = "unknown_tool";

function nameIn(text: string): string {
  return /"name"\s*:\s*"([^"\\]+)"/.exec(text)?.[1] ?? unknownName;
}
