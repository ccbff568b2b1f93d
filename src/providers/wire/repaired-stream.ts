import { ChatRepair } from "./chat-repair.ts";
import { anthropicPiece, JoinedEvents, responsesPiece } from "./joined-events.ts";
import type { WireApi } from "./wire-api.ts";
import type { StreamRepair } from "./stream-repair.ts";

export function streamRepair(api: WireApi): StreamRepair {
  switch (api) {
    case "openai-chat":
      return new ChatRepair();
    case "openai-responses":
      return new JoinedEvents(responsesPiece);
    case "anthropic-messages":
      return new JoinedEvents(anthropicPiece);
  }
}

/** The body of a reply, repaired as it comes. */
export async function* repaired(body: AsyncIterable<Uint8Array>, repair: StreamRepair): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    const text = repair.push(decoder.decode(bytes, { stream: true }));
    if (text !== "") yield text;
  }
  const rest = repair.push(decoder.decode()) + repair.end();
  if (rest !== "") yield rest;
}
