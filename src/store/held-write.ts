import type { FinishedCall, FinishedRun, Turn } from "../protocol/ledger.ts";
import type { UserMessage } from "../protocol/message.ts";
import type { Usage } from "../protocol/usage.ts";
import { appendTurn, finishCall } from "./call-store.ts";
import type { Connection } from "./connection.ts";
import { appendMessage } from "./message-store.ts";
import { isRecord, parseJson } from "./row.ts";
import { finishRun } from "./run-store.ts";
import { settleUsage } from "./usage-store.ts";

export type Steering = {
  readonly sessionId: string;
  readonly runId: string;
  readonly messageId: string;
  readonly message: UserMessage;
};

/** A write that tells what already happened, and so must not be refused. `at` is when it happened. */
export type HeldWrite = { readonly at: number } & (
  | { readonly kind: "steering"; readonly entry: Steering }
  | { readonly kind: "settlement"; readonly reservationId: string; readonly usage: Usage }
  | { readonly kind: "turn"; readonly entry: Turn }
  | { readonly kind: "finished-call"; readonly entry: FinishedCall }
  | { readonly kind: "finished-run"; readonly entry: FinishedRun }
);

const kinds: ReadonlySet<unknown> = new Set<HeldWrite["kind"]>([
  "steering",
  "settlement",
  "turn",
  "finished-call",
  "finished-run",
]);

/** Applying it a second time changes nothing. */
export function applyHeldWrite(connection: Connection, write: HeldWrite): void {
  switch (write.kind) {
    case "steering": {
      const { messageId, sessionId, runId, message } = write.entry;
      appendMessage(connection, { id: messageId, sessionId, runId, message, at: write.at });
      return;
    }
    case "settlement":
      settleUsage(connection, write.reservationId, write.usage);
      return;
    case "turn":
      appendTurn(connection, write.entry, write.at);
      return;
    case "finished-call":
      finishCall(connection, write.entry, write.at);
      return;
    case "finished-run":
      finishRun(connection, write.entry, write.at);
  }
}

export function encodeHeldWrite(write: HeldWrite): string {
  return JSON.stringify(write);
}

/** `undefined` for what a version we do not know has written. */
export function parseHeldWrite(text: string): HeldWrite | undefined {
  const value: unknown = parseJson(text);
  if (!isRecord(value) || !kinds.has(value["kind"]) || typeof value["at"] !== "number") return undefined;
  return value as HeldWrite; // the journal's checksum proves that `encodeHeldWrite` wrote it
}

/** What cannot be applied is kept for a person to look at, and stands in nobody's way. */
export function quarantine(connection: Connection, entry: { at: number; reason: string; body: string }): void {
  const sql = "INSERT INTO quarantine (at, reason, body) VALUES (?, ?, ?)";
  connection.run(sql, entry.at, entry.reason, entry.body);
}
