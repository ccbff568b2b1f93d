import { createHash } from "node:crypto";

import { AgentError } from "../protocol/agent-error.ts";
import type { PromptPrefix } from "../protocol/session.ts";
import type { Connection } from "./connection.ts";
import { parseJson, textAt } from "./row.ts";

export function setPrefix(connection: Connection, sessionId: string, stored: StoredPrefix): string {
  // the conflict branch mends a damaged body: the hash says what it must be
  connection.run(
    "INSERT INTO prompt_prefix (hash, body, created_at) VALUES (?, ?, ?) " +
      "ON CONFLICT (hash) DO UPDATE SET body = excluded.body WHERE body <> excluded.body",
    stored.hash,
    stored.body,
    stored.at,
  );
  const changed = connection.run("UPDATE session SET prefix_hash = ? WHERE id = ?", stored.hash, sessionId);
  if (changed === 0) throw new AgentError("not-found", `There is no session ${sessionId}.`);
  return stored.hash;
}

export type StoredPrefix = { readonly hash: string; readonly body: string; readonly at: number };

export function encodePrefix(prefix: PromptPrefix, at: number): StoredPrefix {
  const body = JSON.stringify({ system: prefix.system, tools: prefix.tools });
  return { hash: sha256(body), body, at };
}

export function findPrefix(connection: Connection, hash: string): PromptPrefix | undefined {
  const row = connection.get("SELECT body FROM prompt_prefix WHERE hash = ?", hash);
  if (row === undefined) return undefined;
  const body = textAt(row, "body");
  const value = parseJson(body);
  if (value === undefined || sha256(body) !== hash) {
    throw new AgentError("bad-data", `The stored prompt prefix ${hash} is damaged; setting the prefix again mends it.`);
  }
  return value as PromptPrefix; // the hash proves that it is what `encodePrefix` wrote
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
