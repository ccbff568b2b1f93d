import { beforeEach, describe, expect, test } from "vitest";

import type { LedgerCase } from "./ledger-world.ts";
import { answer, finishedCall, inbound, place, said, session, turn } from "./ledger-samples.ts";

const mine = { audiences: ["direct:owner"] } as const;

export function describeLedgerSearch(here: () => LedgerCase): void {
  describe("search", () => {
    beforeEach(async () => {
      const { ledger } = here();
      await ledger.openSession(session());
      await ledger.openSession(session("s2", { audience: "group:family" }));
    });

    const found = async (query: string, scope: Parameters<LedgerCase["ledger"]["search"]>[1] = mine) =>
      (await here().ledger.search(query, scope, 10)).map(({ message }) => message.id).toSorted();

    test("finds what people, the agent and tools said, by stem and without accents", async () => {
      const { ledger } = here();
      await place(ledger, inbound("1", { message: said("My boat leaks near the café") }));
      await ledger.appendTurn(turn("1", ["c1"], { message: answer("Running repairs on boats needs epoxy") }));
      await ledger.finishCall(finishedCall("c1"));
      expect(await found("boats")).toEqual(["in-1", "turn-1"]);
      expect(await found("CAFE")).toEqual(["in-1"]);
      expect(await found("run")).toEqual(["turn-1"]);
      expect(await found("result")).toEqual(["result-c1"]);
      expect(await found("submarine")).toEqual([]);
    });

    test("never finds attached parts, reasoning, calls or summaries", async () => {
      const { ledger } = here();
      const attached = { type: "attached", text: "secret hint", source: "recall" } as const;
      await place(
        ledger,
        inbound("1", { message: { role: "user", parts: [attached, { type: "text", text: "plain" }] } }),
      );
      const parts = [{ type: "reasoning", text: "secret thought" }] as const;
      await ledger.appendTurn(turn("1", ["c1"], { message: { ...answer("plain"), parts } }));
      const message = { role: "summary", text: "secret summary", upTo: 1 } as const;
      await ledger.compact({ sessionId: "s1", runId: "run-1", messageId: "sum", message });
      expect(await found("secret")).toEqual([]);
      expect(await found("plain")).toEqual(["in-1"]);
    });

    test("shows only what the audience may read", async () => {
      const { ledger } = here();
      await place(ledger, inbound("1", { message: said("the gate code is blue") }));
      await place(ledger, inbound("2", { sessionId: "s2", message: said("the gate code is red") }));
      expect(await found("gate")).toEqual(["in-1"]);
      expect(await found("gate", { audiences: ["group:family"] })).toEqual(["in-2"]);
      expect(await found("gate", { audiences: [] })).toEqual([]);
      expect(await found("gate", { audiences: ["direct:owner", "group:family"] })).toHaveLength(2);
      expect(await found("gate", { audiences: ["direct:owner"], sessionId: "s2" })).toEqual([]);
    });

    test("a hit says where, in which session and how well", async () => {
      const { ledger } = here();
      const text = `${"filler words ".repeat(40)}the lighthouse stands here ${"more filler ".repeat(40)}`;
      await place(ledger, inbound("1", { message: said(text) }));
      await place(ledger, inbound("2", { message: said("lighthouse lighthouse") }));
      const hits = await ledger.search("lighthouse", mine, 10);
      expect(hits.map(({ message }) => message.id)).toEqual(["in-2", "in-1"]);
      const [best, other] = hits;
      expect(best?.score ?? 0).toBeGreaterThan(other?.score ?? 0);
      expect(best?.snippet).toBe("lighthouse lighthouse");
      expect(other?.snippet).toMatch(/^….*lighthouse stands here.*…$/);
      expect(other?.snippet.length).toBeLessThanOrEqual(202);
      expect(other?.sessionTitle).toMatch(/^filler words/);
      expect(await ledger.search("lighthouse", mine, 1)).toHaveLength(1);
    });

    test.each([
      "",
      "   ",
      '"',
      '" OR 1',
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
    ])("whatever a person types is no syntax error: %j", async (query) => {
      await expect(here().ledger.search(query, mine, 10)).resolves.toEqual([]);
    });
  });
}
