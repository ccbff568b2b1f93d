/** Cuts a stream of server-sent events into events, without the empty line between them. */
export class EventSplitter {
  #held = "";

  /** The events that are complete with `text`. */
  push(text: string): readonly string[] {
    const all = this.#held + text;
    const end = Math.max(all.lastIndexOf("\n\n"), all.lastIndexOf("\n\r\n"));
    if (end === -1) {
      this.#held = all;
      return [];
    }
    const cut = all.indexOf("\n", end + 1) + 1;
    this.#held = all.slice(cut);
    return split(all.slice(0, cut));
  }

  /** What is left when the stream has ended: an event without an empty line after it, or half of one. */
  end(): readonly string[] {
    const rest = this.#held;
    this.#held = "";
    return split(rest);
  }
}

function split(text: string): readonly string[] {
  return text.split(/\r?\n\r?\n/u).filter((event) => event.trim() !== "");
}

/** The joined `data:` lines of an event; empty when it has none. */
export function dataLinesOf(event: string): readonly string[] {
  return event
    .split(/\r?\n/u)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trim());
}
