import { expect, test } from "vitest";
import { SessionTools } from "../../../src/app/session-tools.ts";
import { newId } from "../../../src/lib/new-id.ts";
import { systemClock } from "../../../src/lib/system-clock.ts";
import type { Ledger } from "../../../src/protocol/ledger.ts";
import { Masker } from "../../../src/secrets/masker.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";
import { answer, finishedCall, inbound, session, turn, us } from "../../contract/ledger-samples.ts";
import { callTool, contextFor } from "../tools/tool-harness.ts";
import { createLocalWorkspace } from "../../../src/workspaces/local/local-workspace.ts";

const outputs = {
  save: (id: string) => Promise.resolve(id),
  size: () => Promise.resolve(undefined),
  load: () => Promise.resolve(undefined),
};

const noPast = () => Promise.reject(new Error("nothing was said before"));

/** A turn in which the plan was written. */
async function plan(ledger: Ledger, name: string, content: string): Promise<void> {
  const [runId, callId] = [`run-${name}`, `c${name}`];
  await ledger.acceptInbound(inbound(name));
  await ledger.claimRun(runId, us, 5_000);
  const call = { type: "tool-call", id: callId, name: "todo", input: {} } as const;
  const calls = [{ id: callId, name: "todo", effect: "read" }] as const;
  await ledger.appendTurn(turn(name, [], { runId, message: answer("", [call]), calls }));
  const message = { role: "tool", callId, name: "todo", text: `[ ] 1: ${content}`, isError: false } as const;
  await ledger.finishCall(finishedCall(callId, { runId, message }));
  await ledger.finishRun({ runId, state: "done", outbox: [] });
}

const masker = new Masker({ known: [], markKey: Buffer.from("k"), shapes: "none" });

test("the plan of a session is the one of the newest turn that was not taken back", async () => {
  await using ledger = await openLedger({
    path: ":memory:",
    clock: systemClock,
    newId,
    isAlive: () => true,
    notice: () => undefined,
    durability: "normal",
  });
  await ledger.openSession(session());
  await plan(ledger, "1", "stays");
  await plan(ledger, "2", "goes");
  await using workspace = await createLocalWorkspace({ root: import.meta.dirname, env: {} });
  const shown = async (): Promise<string> => {
    const stored = await ledger.session("s1");
    if (stored === undefined) throw new Error("the session is not there");
    const parts = { outputs, ledger, pastSessions: noPast, masker, secrets: undefined };
    const todo = (await new SessionTools(parts).of(stored)).find(({ spec }) => spec.name === "todo");
    if (todo === undefined) throw new Error("there is no todo tool");
    return (await callTool(todo, {}, contextFor(workspace))).text;
  };
  expect(await shown()).toBe("[ ] 1: goes");
  await ledger.takeBackTurn({ sessionId: "s1", runId: "run-2" });
  expect(await shown()).toBe("[ ] 1: stays");
});
