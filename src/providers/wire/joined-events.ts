import { ArgumentJoin, type ArgumentPiece } from "./argument-join.ts";
import { dataLinesOf, EventSplitter } from "./event-splitter.ts";
import { type Fields, isFields, parsedFields } from "./fields.ts";
import type { StreamRepair } from "./stream-repair.ts";

/** Passes events as they are, but for pieces of arguments, which are joined. */
export class JoinedEvents implements StreamRepair {
  readonly #pieceOf: (event: string) => ArgumentPiece | undefined;
  readonly #splitter = new EventSplitter();
  readonly #join = new ArgumentJoin();

  constructor(pieceOf: (event: string) => ArgumentPiece | undefined) {
    this.#pieceOf = pieceOf;
  }

  push(text: string): string {
    return this.#splitter
      .push(text)
      .map((event) => this.#passed(event))
      .join("");
  }

  end(): string {
    const rest = this.#splitter.end().map((event) => this.#passed(event));
    return rest.join("") + this.#join.release();
  }

  #passed(event: string): string {
    const piece = this.#pieceOf(event);
    return piece === undefined ? `${this.#join.release()}${event}\n\n` : this.#join.hold(piece);
  }
}

/** Of the Anthropic Messages stream. */
export function anthropicPiece(event: string): ArgumentPiece | undefined {
  if (!event.includes("input_json_delta")) return undefined;
  const data = parsedFields(dataLinesOf(event).join("\n"));
  const delta = data?.["delta"];
  if (data?.["type"] !== "content_block_delta" || !isFields(delta)) return undefined;
  const text = delta["partial_json"];
  if (delta["type"] !== "input_json_delta" || typeof text !== "string") return undefined;
  const withText = (joined: string): string =>
    namedEvent("content_block_delta", { ...data, delta: { ...delta, partial_json: joined } });
  return { call: String(data["index"]), text, withText };
}

/** Of the OpenAI Responses stream. */
export function responsesPiece(event: string): ArgumentPiece | undefined {
  const type = "response.function_call_arguments.delta";
  if (!event.includes(type)) return undefined;
  const data = parsedFields(dataLinesOf(event).join("\n"));
  if (data?.["type"] !== type || typeof data["delta"] !== "string") return undefined;
  const withText = (joined: string): string => namedEvent(type, { ...data, delta: joined });
  return { call: String(data["output_index"]), text: data["delta"], withText };
}

function namedEvent(name: string, data: Fields): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
