import { newId } from "../../../src/lib/new-id.ts";
import { systemClock } from "../../../src/lib/system-clock.ts";
import type { RecallQuestion, RecallWindow } from "../../../src/protocol/recall.ts";
import { type Audience } from "../../../src/protocol/session.ts";
import { searchPast } from "../../../src/recall/search-past.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";
import { inbound, place, said, session } from "../../contract/ledger-samples.ts";

/** A ledger in memory and the search over it. */
export type SearchLab = AsyncDisposable & {
  say(text: string, audience?: Audience): Promise<void>;
  search(question: Pick<RecallQuestion, "text"> & Partial<RecallQuestion>): Promise<readonly RecallWindow[]>;
};

const deadlineMs = 20_000;

export async function openSearchLab(): Promise<SearchLab> {
  const ledger = await openLedger({
    path: ":memory:",
    clock: systemClock,
    newId,
    isAlive: () => true,
    notice: () => undefined,
    durability: "normal",
  });
  const store = await ledger.recallStore(deadlineMs);
  let count = 0;
  return {
    async say(text, audience = "direct:owner") {
      const sessionId = audience.replace(":", "-");
      await ledger.openSession(session(sessionId, { audience }));
      count += 1;
      await place(ledger, inbound(String(count), { sessionId, message: said(text) }));
    },
    search(question) {
      const whole: RecallQuestion = { scope: { audiences: ["direct:owner"] }, limit: 1000, ...question };
      return store.read((index) => searchPast(whole, index, systemClock.now()));
    },
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  };
}
