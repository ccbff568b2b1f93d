import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { Ledger } from "../../src/protocol/ledger.ts";
import type { Recall, RecallQuestion, RecallWindow } from "../../src/protocol/recall.ts";
import { answer, finishedCall, inbound, place, said, session, turn } from "./ledger-samples.ts";

export type RecallCase = AsyncDisposable & {
  readonly ledger: Ledger;
  readonly recall: Recall;
  /** Sets the ledger's present time, ms since the epoch. */
  setTime(at: number): void;
};

const mine = { audiences: ["direct:owner"] } as const;

/** Everything that the contract on `Recall` says, for any implementation. */
export function describeRecall(name: string, open: () => Promise<RecallCase>): void {
  describe(`recall contract: ${name}`, () => {
    const at: { here?: RecallCase } = {};
    const here = (): RecallCase => {
      if (at.here === undefined) throw new Error("nothing is open");
      return at.here;
    };
    beforeEach(async () => {
      at.here = await open();
      await at.here.ledger.openSession(session());
    });
    afterEach(() => at.here?.[Symbol.asyncDispose]());

    const search = (text: string, change: Partial<RecallQuestion> = {}): Promise<readonly RecallWindow[]> =>
      here().recall.search({ text, scope: mine, limit: 10, ...change }, AbortSignal.timeout(20_000));
    const found = async (text: string, change: Partial<RecallQuestion> = {}): Promise<readonly string[]> =>
      (await search(text, change)).flatMap(idsFound).toSorted();
    const say = (id: string, text: string, change: Parameters<typeof inbound>[1] = {}): Promise<void> =>
      place(here().ledger, inbound(id, { message: said(text), ...change }));

    describe("what is found", () => describeFinds({ here, say, found, search }));
    describe("what is not", () => describeLimits({ here, say, found, search }));
    describe("windows", () => describeWindows({ here, say, found, search }));
  });
}

type Asked = {
  readonly here: () => RecallCase;
  readonly say: (id: string, text: string, change?: Parameters<typeof inbound>[1]) => Promise<void>;
  readonly found: (text: string, change?: Partial<RecallQuestion>) => Promise<readonly string[]>;
};
type Searched = Asked & {
  readonly search: (text: string, change?: Partial<RecallQuestion>) => Promise<readonly RecallWindow[]>;
};

function idsFound({ messages, found }: RecallWindow): readonly string[] {
  return messages.filter(({ seq }) => found.includes(seq)).map(({ id }) => id);
}

function describeFinds({ here, say, found, search }: Searched): void {
  test("what people, the agent and tools said, by stem and without accents", async () => {
    await say("1", "My boat leaks near the café");
    const { ledger } = here();
    await ledger.appendTurn(turn("1", ["c1"], { message: answer("Running repairs need epoxy") }));
    await ledger.finishCall(finishedCall("c1"));
    expect(await found("boats")).toEqual(["in-1"]);
    expect(await found("CAFE")).toEqual(["in-1"]);
    expect(await found("repairing")).toEqual(["turn-1"]);
    expect(await found("result")).toEqual(["result-c1"]);
    expect(await found("what did you say about the boat?")).toEqual(["turn-1"]);
    expect(await found("submarine")).toEqual([]);
  });

  test("messages committed a moment ago, and a document that has grown since the last search", async () => {
    await say("1", "alpha question");
    expect(await found("alpha")).toEqual(["in-1"]);
    await here().ledger.appendTurn(turn("1", [], { message: answer("omega answer") }));
    expect(await found("omega")).toEqual(["turn-1"]);
    await say("2", "beta question");
    expect(await found("question")).toEqual(["in-1", "in-2"]);
  });

  test("a question in many words, the best first", async () => {
    await say("1", "We painted the kitchen green last spring");
    await say("2", "The kitchen sink is broken");
    await say("3", "I like green tea");
    const [best] = await here().recall.search(
      { text: "Which colour did we paint the kitchen?", scope: mine, limit: 1 },
      AbortSignal.timeout(20_000),
    );
    expect(best?.found[0]).toBe(1);
  });

  test("the second wording's finds as well", async () => {
    await say("1", "the ferry leaves at nine");
    await say("2", "the museum opens at ten");
    expect(await found("ferry", { alternative: "museum" })).toEqual(["in-1", "in-2"]);
  });

  test("names of code by their parts, a part of a word, and a word with one slip", async () => {
    await say("1", "the class UserProfileService and the file auth_middleware.py are slow");
    await say("2", "users have profiles, and there is a service");
    const best = async (text: string) => (await search(text)).toSorted((a, b) => b.score - a.score)[0]?.found[0];
    expect(await best("UserProfileService")).toBe(1);
    expect(await best("user profile service")).toBe(1);
    expect(await best("UserProf")).toBe(1);
    expect(await found("middlew")).toEqual(["in-1"]);
    expect(await best("UserProfileSevrice")).toBe(1);
  });

  test("one and two letters of scripts without spaces, in the middle of a run", async () => {
    await say("1", "我的猫咪在睡觉");
    await say("2", "今天天气很好");
    await say("3", "東京タワーの写真");
    expect(await found("猫")).toEqual(["in-1"]);
    expect(await found("天气")).toEqual(["in-2"]);
    expect(await found("タワー")).toEqual(["in-3"]);
    expect(await found("气天")).toEqual([]);
  });
}

function describeLimits({ here, say, found, search }: Searched): void {
  test("attached parts, reasoning and calls are never found, summaries and scheduled runs only when asked for", async () => {
    const attached = { type: "attached", text: "secret hint", source: "recall" } as const;
    const { ledger } = here();
    await say("1", "", { message: { role: "user", parts: [attached, { type: "text", text: "plain" }] } });
    const parts = [{ type: "reasoning", text: "secret thought" }] as const;
    await ledger.appendTurn(turn("1", ["c1"], { message: { ...answer("plain"), parts } }));
    const message = { role: "summary", text: "digest of the talk", upTo: 1 } as const;
    await ledger.compact({ sessionId: "s1", runId: "run-1", messageId: "sum", message });
    await ledger.openSession(session("s2", { surface: "schedule" }));
    await say("2", "the nightly digest", { sessionId: "s2" });
    expect(await found("secret")).toEqual([]);
    expect(await found("plain")).toEqual(["in-1"]);
    expect(await found("digest")).toEqual([]);
    expect(await found("digest", { isGeneratedIncluded: true })).toEqual(["in-2", "sum"]);
  });

  test("only the audiences, the session, the time, the surface and the person asked for", async () => {
    const { ledger } = here();
    await ledger.openSession(session("s2", { audience: "group:family", surface: "gateway" }));
    here().setTime(5000);
    await say("1", "the gate code is blue");
    here().setTime(6000);
    const author = { personId: "ann", name: "Ann" };
    await say("2", "", { sessionId: "s2", message: { ...said("the gate code is red"), author } });
    const both = { audiences: ["direct:owner", "group:family"] } as const;
    expect(await found("gate")).toEqual(["in-1"]);
    expect(await found("gate", { scope: { audiences: ["group:family"] } })).toEqual(["in-2"]);
    expect(await found("gate", { scope: { audiences: [] } })).toEqual([]);
    expect(await found("gate", { scope: both })).toEqual(["in-1", "in-2"]);
    expect(await found("gate", { scope: { audiences: ["direct:owner"], sessionId: "s2" } })).toEqual([]);
    expect(await found("gate", { scope: both, from: 5500 })).toEqual(["in-2"]);
    expect(await found("gate", { scope: both, from: 5000, to: 6000 })).toEqual(["in-1"]);
    expect(await found("gate", { scope: both, surface: "gateway" })).toEqual(["in-2"]);
    expect(await found("gate", { scope: both, personId: "ann" })).toEqual(["in-2"]);
    expect(await found("odeisred", { scope: mine })).toEqual([]);
  });

  test.each([
    "",
    "   ",
    '"',
    '" OR xx',
    "AND",
    "NEAR(",
    "a*",
    "text:x",
    "(((",
    "-",
    "\u0000",
    "' ; DROP",
    "^x",
    "{a b}",
  ])("whatever a person types is no syntax error: %j", async (text) => {
    await say("1", "unrelated");
    await expect(search(text)).resolves.toEqual([]);
  });

  test("a search that was given up rejects with the reason", async () => {
    await say("1", "hello");
    const reason = new Error("given up");
    const question = { text: "hello", scope: mine, limit: 1 };
    await expect(here().recall.search(question, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
}

function describeWindows({ here, say, search }: Searched): void {
  test("two messages on either side, word for word, in order, and what was found joins when it is near", async () => {
    for (let index = 1; index <= 9; index += 1) {
      await say(String(index), index === 4 || index === 5 ? `lantern ${index}` : `word ${index}`);
    }
    const [window, ...others] = await search("lantern");
    expect(others).toEqual([]);
    expect(window?.messages.map(({ id }) => id)).toEqual(["in-2", "in-3", "in-4", "in-5", "in-6", "in-7"]);
    expect(window?.found.toSorted()).toEqual([4, 5]);
    expect(window?.foundScores).toEqual(window?.foundScores.toSorted((left, right) => right - left));
    expect(window?.score).toBe(window?.foundScores[0]);
    expect(window?.session).toEqual(await here().ledger.session("s1"));
    expect(window?.messages).toEqual((await here().ledger.messages("s1")).slice(1, 7));
  });

  test("windows are in order of time, the newest is marked, and there are no more than asked for", async () => {
    const { ledger } = here();
    const day = 86_400_000;
    for (const [index, id] of ["sc", "sa", "sb"].entries()) {
      here().setTime((index + 1) * day);
      await ledger.openSession(session(id));
      await say(id, `the lantern is ${"very ".repeat(index)}old`, { sessionId: id });
    }
    const windows = await search("lantern");
    expect(windows.map((window) => window.session.id)).toEqual(["sc", "sa", "sb"]);
    expect(windows.map(({ isNewest }) => isNewest)).toEqual([false, false, true]);
    expect(await search("lantern", { limit: 2 })).toHaveLength(2);
    expect(await search("lantern", { limit: 0 })).toEqual([]);
  });
}
