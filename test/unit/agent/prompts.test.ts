import { expect, test } from "vitest";
import { summaryRequest, summarySystem } from "../../../src/agent/summarize.ts";
import { systemPrompt } from "../../../src/agent/system-prompt.ts";
import { createScriptedModel } from "../../../src/providers/scripted/scripted-model.ts";

const parts = {
  identity: undefined,
  tools: [],
  backend: "local",
  root: "/home/ada/repo",
  operatingSystem: "linux 6.1",
  date: "2026-11-22",
  isUnattended: true,
  projectContext: [],
};

test("the system prompt is the golden one", async () => {
  await expect(systemPrompt(parts).system).toMatchFileSnapshot("../../goldens/system-prompt.txt");
});

test("an owner's identity and notes of a project are in it, the notes as quotations", async () => {
  const projectContext = [{ path: "AGENTS.md", text: "Run make before you commit." }];
  const own = systemPrompt({ ...parts, identity: "You are Ada's assistant.", projectContext, isUnattended: false });
  await expect(own.system).toMatchFileSnapshot("../../goldens/system-prompt-own.txt");
});

test("the request for a summary is the golden one", async () => {
  const model = createScriptedModel({ reply: () => ({}) });
  const message = { role: "user", parts: [{ type: "text", text: "Rename config.yml to settings.yaml." }] } as const;
  const stored = { id: "m1", sessionId: "s1", runId: "r1", seq: 1, at: 0, message, spilledTo: undefined };
  const request = summaryRequest({ model, messages: [stored], earlier: "Goal: tidy up.", maxTokens: 1_000 });
  const text = `${summarySystem}\n---\n${request.messages.map((each) => (each.role === "user" ? each.parts[0]?.text : "")).join("\n")}`;
  await expect(text).toMatchFileSnapshot("../../goldens/summary-request.txt");
});
