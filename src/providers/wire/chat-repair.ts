/**
 * Brings the stream of a chat server to what the standard says, where servers differ and the meaning is plain:
 * arguments as an object, content as a list of parts, one call id for two calls, and no `finish_reason` although the
 * stream was ended properly. Everything else passes as it is. Throws when an event is not JSON.
 */
export class ChatRepair {
  #held = "";
  #hasFinish = false;
  #hasCalls = false;
  readonly #indexOfId = new Map<string, unknown>();

  /** The events that are complete with `text`, repaired. */
  push(text: string): string {
    const all = this.#held + text;
    const end = Math.max(all.lastIndexOf("\n\n"), all.lastIndexOf("\n\r\n"));
    if (end === -1) {
      this.#held = all;
      return "";
    }
    const cut = all.indexOf("\n", end + 1) + 1;
    this.#held = all.slice(cut);
    return this.#events(all.slice(0, cut));
  }

  /** What is left when the stream has ended; half an event is nothing. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    try {
      return this.#events(rest);
    } catch {
      return ""; // cut in the middle: the missing end of the stream tells that better
    }
  }

  #events(text: string): string {
    return text
      .split(/\r?\n\r?\n/u)
      .filter((event) => event.trim() !== "")
      .map((event) => this.#event(event))
      .join("");
  }

  #event(event: string): string {
    const lines = event.split(/\r?\n/u);
    const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim());
    const [first = ""] = data;
    if (first === "") return `${event}\n\n`;
    if (first === "[DONE]") return `${this.#missingFinish()}${event}\n\n`;
    const whole = parsed(data.join("\n"));
    if (whole !== undefined) return this.#isPlain(event) ? `${event}\n\n` : this.#repaired(whole);
    return data.map((line) => this.#repaired(parsed(line) ?? refuse(line))).join("");
  }

  /** A piece of text, as most events are, passes as it came. */
  #isPlain(event: string): boolean {
    return !/"tool_calls"|"finish_reason"\s*:\s*"|"content"\s*:\s*\[/u.test(event);
  }

  #repaired(chunk: Fields): string {
    const choices = Array.isArray(chunk["choices"])
      ? chunk["choices"].map((choice) => this.#choice(choice))
      : undefined;
    return eventOf(choices === undefined ? chunk : { ...chunk, choices });
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

/** The body of a reply, repaired as it comes; nothing waits in between that a cut could lose. */
export function repairedChat(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const repair = new ChatRepair();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    for (let text = ""; text === "";) {
      const { value } = await reader.read();
      if (value !== undefined) text = repair.push(decoder.decode(value, { stream: true }));
      else text = repair.push(decoder.decode()) + repair.end();
      if (text !== "") controller.enqueue(encoder.encode(text));
      if (value === undefined) {
        controller.close();
        return;
      }
    }
  };
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          await pull(controller);
        } catch (error) {
          await reader.cancel(error).catch(() => undefined); // it may be what failed
          throw error;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined; // the caller says what that means
  }
}

function refuse(line: string): never {
  throw new Error(`an event that is not JSON: ${line.slice(0, 100)}`);
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
