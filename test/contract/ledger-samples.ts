import { hostname } from "node:os";

import type { Approval } from "../../src/protocol/approval.ts";
import type { FinishedCall, Inbound, Ledger, NewSession, Turn, UsageReservation } from "../../src/protocol/ledger.ts";
import type { AssistantMessage, ToolCallPart, UserMessage } from "../../src/protocol/message.ts";
import type { Owner } from "../../src/protocol/run.ts";
import type { Usage } from "../../src/protocol/usage.ts";

export const us: Owner = { host: hostname(), pid: 1, startedAt: "a" };
export const them: Owner = { host: hostname(), pid: 2, startedAt: "b" };

export const permission = { by: "rule", rule: "allow terminal(ls *)" } as const;

export function session(id = "s1", change: Partial<NewSession> = {}): NewSession {
  return { id, audience: "direct:owner", personId: "owner", surface: "command-line", root: "/repo", ...change };
}

export function said(text: string): UserMessage {
  return { role: "user", parts: [{ type: "text", text }] };
}

export function inbound(name = "1", change: Partial<Inbound> = {}): Inbound {
  return {
    platform: "cli",
    account: "home",
    key: `key-${name}`,
    sessionId: "s1",
    runId: `run-${name}`,
    messageId: `in-${name}`,
    message: said(`hello ${name}`),
    acceptedBy: us,
    ...change,
  };
}

export function usage(change: Partial<Usage> = {}): Usage {
  return {
    inputTokens: 100,
    outputTokens: 20,
    cacheReadTokens: 5,
    cacheWriteTokens: 3,
    reasoningTokens: 7,
    costUsd: 0.25,
    ...change,
  };
}

export function toolCall(id: string): ToolCallPart {
  return { type: "tool-call", id, name: "terminal", input: { command: `echo ${id}` } };
}

export function answer(text: string, calls: readonly ToolCallPart[] = []): AssistantMessage {
  const origin = { api: "chat", provider: "scripted", model: "one" };
  return { role: "assistant", parts: [{ type: "text", text }, ...calls], origin, stop: "end" };
}

export function turn(name = "1", callIds: readonly string[] = [], change: Partial<Turn> = {}): Turn {
  return {
    sessionId: "s1",
    runId: "run-1",
    messageId: `turn-${name}`,
    message: answer(`answer ${name}`, callIds.map(toolCall)),
    calls: callIds.map((id) => ({ id, name: "terminal", effect: "execute" })),
    reservationId: `usage-${name}`,
    usage: usage(),
    ...change,
  };
}

export function finishedCall(callId: string, change: Partial<FinishedCall> = {}): FinishedCall {
  const message = { role: "tool", callId, name: "terminal", text: `result of ${callId}`, isError: false } as const;
  return { sessionId: "s1", runId: "run-1", messageId: `result-${callId}`, message, state: "done", ...change };
}

export function reservation(name = "1", change: Partial<UsageReservation> = {}): UsageReservation {
  return {
    id: `usage-${name}`,
    runId: "run-1",
    sessionId: "s1",
    purpose: "answer",
    model: "scripted/one",
    estimatedTokens: 1000,
    estimatedUsd: 1,
    budgets: {},
    dayStart: 0,
    ...change,
  };
}

export function approval(id = "q1", change: Partial<Approval> = {}): Approval {
  return {
    id,
    sessionId: "s1",
    runId: "run-1",
    callId: "c1",
    tool: "terminal",
    effect: "execute",
    subject: "rm -r build",
    reason: "it deletes",
    digest: "d".repeat(64),
    askedAt: 1000,
    expiresAt: 1_000_000,
    ...change,
  };
}

/** A message that stands in its session: accepted, and its run ended without an answer. */
export async function place(ledger: Ledger, entry: Inbound): Promise<void> {
  await ledger.acceptInbound(entry);
  await ledger.finishRun({ runId: entry.runId, state: "stopped", problem: "Not answered.", outbox: [] });
}
