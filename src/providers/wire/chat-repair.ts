import { ArgumentJoin, type ArgumentPiece } from "./argument-join.ts";
import { dataLinesOf, EventSplitter } from "./event-splitter.ts";
import { type Fields, isFields, parsedFields } from "./fields.ts";
import type { StreamRepair } from "./stream-repair.ts";

/**
 * Brings the stream of a chat server to what the standard says, where servers differ and the meaning is plain:
 * arguments as an object, content as a list of parts, one call id for two calls, and no `finish_reason` although the
 * stream was ended properly. Pieces of arguments are joined; everything else passes as it is. Throws when an event is not JSON.
 */
export class ChatRepair implements StreamRepair {
  readonly #splitter = new EventSplitter();
  readonly #join = new ArgumentJoin();
  #hasFinish = false;
  #hasCalls = false;
  readonly #indexOfId = new Map<string, unknown>();

  push(text: string): string {
    return this.#events(this.#splitter.push(text));
  }

  end(): string {
    return this.#lastEvents() + this.#join.release();
  }

  #lastEvents(): string {
    try {
      return this.#events(this.#splitter.end());
    } catch {
      return ""; // cut in the middle: the missing end of the stream tells that better
    }
  }

  #events(events: readonly string[]): string {
    return events.map((event) => this.#event(event)).join("");
  }

  #event(event: string): string {
    const data = dataLinesOf(event);
    const [first = ""] = data;
    if (first === "") return this.#passed(event);
    if (first === "[DONE]") return this.#join.release() + this.#missingFinish() + this.#passed(event);
    const whole = parsedFields(data.join("\n"));
    if (whole !== undefined) return this.#isPlain(event) ? this.#passed(event) : this.#repaired(whole);
    return data.map((line) => this.#repaired(parsedFields(line) ?? refuse(line))).join("");
  }

  #passed(event: string): string {
    return `${this.#join.release()}${event}\n\n`;
  }

  /** A piece of text, as most events are, passes as it came. */
  #isPlain(event: string): boolean {
    return !/"tool_calls"|"finish_reason"\s*:\s*"|"content"\s*:\s*\[/u.test(event);
  }

  #repaired(chunk: Fields): string {
    const choices = Array.isArray(chunk["choices"])
      ? chunk["choices"].map((choice) => this.#choice(choice))
      : undefined;
    const clean = choices === undefined ? chunk : { ...chunk, choices };
    const piece = pieceOf(clean);
    return piece === undefined ? this.#join.release() + eventOf(clean) : this.#join.hold(piece);
  }

  #choice(choice: unknown): unknown {
    if (!isFields(choice)) return choice;
    if (typeof choice["finish_reason"] === "string" && choice["finish_reason"] !== "") this.#hasFinish = true;
    const { delta } = choice;
    return isFields(delta) ? { ...choice, delta: this.#delta(delta) } : choice;
  }

  #delta(delta: Fields): Fields {
    const { tool_calls: calls, content } = delta;
    const said = Array.isArray(content) ? textsOf(content) : {};
    if (!Array.isArray(calls)) return { ...delta, ...said };
    return { ...delta, ...said, tool_calls: calls.map((call) => (isFields(call) ? this.#call(call) : call)) };
  }

  #call(call: Fields): Fields {
    this.#hasCalls = true;
    const { function: called, id, index } = call;
    const written = isFields(called) && isFields(called["arguments"]) ? JSON.stringify(called["arguments"]) : undefined;
    const whole =
      written === undefined || !isFields(called) ? call : { ...call, function: { ...called, arguments: written } };
    if (typeof id !== "string" || index === undefined) return whole;
    const owner = this.#indexOfId.get(id) ?? index;
    this.#indexOfId.set(id, owner);
    return owner === index ? whole : { ...whole, id: undefined }; // the index tells them apart
  }

  #missingFinish(): string {
    if (this.#hasFinish) return "";
    return eventOf({ choices: [{ index: 0, delta: {}, finish_reason: this.#hasCalls ? "tool_calls" : "stop" }] });
  }
}

function refuse(line: string): never {
  throw new Error(`an event that is not JSON: ${line.slice(0, 100)}`);
}

/** A chunk that carries nothing but a further piece of one call's arguments. */
function pieceOf(chunk: Fields): ArgumentPiece | undefined {
  const choice = onlyOne(chunk["choices"]);
  if (choice === undefined || isThere(choice["finish_reason"]) || isThere(chunk["usage"])) return undefined;
  const delta = choice["delta"];
  if (!isFields(delta) || Object.entries(delta).some(([name, value]) => name !== "tool_calls" && isThere(value)))
    return undefined;
  const call = onlyOne(delta["tool_calls"]);
  const called = call?.["function"];
  if (call === undefined || !isFields(called) || isThere(called["name"])) return undefined;
  const text = called["arguments"];
  if (typeof text !== "string") return undefined;
  const withText = (joined: string): string => {
    const joinedCall = { ...call, function: { ...called, arguments: joined } };
    return eventOf({ ...chunk, choices: [{ ...choice, delta: { ...delta, tool_calls: [joinedCall] } }] });
  };
  return { call: `${String(call["index"])} ${String(call["id"])}`, text, withText };
}

function onlyOne(value: unknown): Fields | undefined {
  if (!Array.isArray(value) || value.length !== 1) return undefined;
  const only: unknown = value[0];
  return isFields(only) ? only : undefined;
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function eventOf(chunk: Fields): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** Parts of text and of thought, as some servers write both into the content. */
function textsOf(parts: readonly unknown[]): Fields {
  const content = parts.map((part) => (isThought(part) ? "" : textOf(part))).join("");
  const thought = parts.map((part) => (isThought(part) ? textOf(part["thinking"]) : "")).join("");
  return { content, ...(thought === "" ? {} : { reasoning_content: thought }) };
}

function isThought(part: unknown): part is Fields {
  return isFields(part) && part["type"] === "thinking";
}

function textOf(part: unknown): string {
  if (typeof part === "string") return part;
  if (Array.isArray(part)) return part.map((inner) => textOf(inner)).join("");
  return isFields(part) && typeof part["text"] === "string" ? part["text"] : "";
}
