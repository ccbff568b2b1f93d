import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AssistantMessage } from "../../../src/protocol/message.ts";
import type { Model, ModelEvent, ModelRequest } from "../../../src/protocol/model.ts";
import type { OutputStore } from "../../../src/protocol/tool.ts";
import { noUsage } from "../../../src/protocol/usage.ts";
import { maskedLedger } from "../../../src/secrets/masked-ledger.ts";
import { maskedModel } from "../../../src/secrets/masked-model.ts";
import { maskedOutputs } from "../../../src/secrets/masked-outputs.ts";
import { maskedWorkspace } from "../../../src/secrets/masked-workspace.ts";
import { Masker } from "../../../src/secrets/masker.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";
import { createLocalWorkspace } from "../../../src/workspaces/local/local-workspace.ts";
import { finishedCall, inbound, said, session } from "../../contract/ledger-samples.ts";
import { makeHome, query } from "../store/raw-database.ts";

const door = "swordfish-0042";
const masker = new Masker({ known: [{ name: "DOOR", value: door }], markKey: Buffer.from("k"), shapes: "all" });

test("no method of the ledger writes a value, and reading is as before", async () => {
  const home = makeHome();
  await using ledger = maskedLedger(await openLedger(home.options), masker);
  await ledger.openSession(session("s1"));
  await ledger.acceptInbound(inbound("1", { message: said(`open with ${door}`) }));
  await ledger.finishRun({ runId: "run-1", state: "failed", problem: `no ${door}`, outbox: [] });
  await ledger.recordAudit({ at: 1, actor: "a", action: "b", subject: door, rule: "c", runId: undefined });
  const { message } = finishedCall("c1");
  await ledger.finishCall({ ...finishedCall("c1"), sessionId: "s1", message: { ...message, text: `it is ${door}` } });
  const rows = ["message", "run", "audit", "session", "inbox"].map((table) => query(home, `SELECT * FROM ${table}`));
  expect(JSON.stringify(rows)).not.toContain(door);
  expect(JSON.stringify(rows).split("‹secret:DOOR›").length).toBeGreaterThan(4);
  expect((await ledger.messages("s1"))[0]?.message).toEqual(said("open with ‹secret:DOOR›"));
  expect(ledger.health()).toBe("ok");
});

test("what is kept of a long output is masked whole", async () => {
  const kept: string[] = [];
  const store: OutputStore = {
    save: (id, bytes) => Promise.resolve(`${id}${String(kept.push(Buffer.from(bytes).toString()))}`),
    size: () => Promise.resolve(7),
    load: () => Promise.resolve(undefined),
  };
  await maskedOutputs(store, masker).save("c", Buffer.from(`a ${door} b`));
  expect([kept, await maskedOutputs(store, masker).size("c")]).toEqual([["a ‹secret:DOOR› b"], 7]);
});

test("what a command prints is masked in the workspace and in every one that a judged plan makes of it", async () => {
  const root = mkdtempSync(join(tmpdir(), "hermes-masked-"));
  const local = await createLocalWorkspace({ root, env: { PATH: process.env["PATH"] } });
  await using workspace = maskedWorkspace(local, masker);
  const planned = workspace.permitting(await workspace.plan(["a"])).permitting([]);
  const limits = { timeoutMs: 30_000, maxOutputBytes: 1_000, signal: new AbortController().signal };
  for (const [index, place] of [workspace, planned].entries()) {
    const ran = { ...limits, shell: "session", jobId: `j${index}` } as const;
    const { output } = await place.run(`echo ${door}`, ran);
    const job = await place.job(ran.jobId);
    const kept = (await job?.read(0, 1_000))?.bytes ?? new Uint8Array();
    expect([output, kept].map((bytes) => Buffer.from(bytes).toString())).toEqual(
      Array.from({ length: 2 }, () => "‹secret:DOOR›\n"),
    );
  }
  rmSync(root, { recursive: true });
});

const origin = { api: "a", provider: "p", model: "m" };

function modelThat(events: readonly ModelEvent[], requests: ModelRequest[]): Model {
  return {
    id: "p/m",
    limits: { contextTokens: 1, outputTokens: 1 },
    price: undefined,
    features: new Set(),
    async *stream(request) {
      requests.push(request);
      yield* await Promise.resolve(events);
    },
  };
}

test("a vendor is sent no value, and what it answers is masked in pieces and as a whole", async () => {
  const message: AssistantMessage = {
    role: "assistant",
    parts: [
      { type: "reasoning", text: `I know ${door}`, signature: "proof" },
      { type: "reasoning", text: "I know nothing", signature: "proof" },
      { type: "text", text: `It is ${door}.` },
      { type: "tool-call", id: "1", name: "terminal", input: { command: `echo ${door}` } },
    ],
    origin,
    stop: "tool-calls",
  };
  const deltas = ["It is sword", "fish-00", "42."].map((text): ModelEvent => ({ type: "text-delta", text }));
  const requests: ModelRequest[] = [];
  const model = maskedModel(modelThat([...deltas, { type: "finish", message, usage: noUsage }], requests), masker);
  const request: ModelRequest = { system: `Use ${door}`, tools: [], messages: [said(door)] };
  const events = await Array.fromAsync(model.stream(request, new AbortController().signal));
  expect(requests).toEqual([{ system: "Use ‹secret:DOOR›", tools: [], messages: [said("‹secret:DOOR›")] }]);
  const shown = events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
  expect(shown).toBe("It is ‹secret:DOOR›.");
  const last = events.at(-1);
  expect(last?.type === "finish" ? last.message.parts : []).toEqual([
    { type: "reasoning", text: "I know ‹secret:DOOR›" }, // the proof was of other words
    { type: "reasoning", text: "I know nothing", signature: "proof" },
    { type: "text", text: "It is ‹secret:DOOR›." },
    { type: "tool-call", id: "1", name: "terminal", input: { command: "echo ‹secret:DOOR›" } },
  ]);
});
