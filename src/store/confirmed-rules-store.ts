import { createHash } from "node:crypto";
import { AgentError } from "../protocol/agent-error.ts";
import { appendAudit } from "./audit-store.ts";
import type { Connection } from "./connection.ts";

export type StoredRules = { readonly hash: string; readonly body: string };

/** Throws `bad-data` for rules that are not those whose hash stands beside them. */
export function checkedRules({ hash, body }: StoredRules): readonly string[] {
  const rules: unknown = JSON.parse(body);
  if (hashOf(body) !== hash || !Array.isArray(rules) || !rules.every((rule) => typeof rule === "string")) {
    throw new AgentError("bad-data", "The confirmed rules in the ledger are damaged: restore a backup of it.");
  }
  return rules;
}

export type Confirmation = { readonly rules: readonly string[]; readonly confirmedBy: string; readonly at: number };

export function confirmRules(connection: Connection, { rules, confirmedBy, at }: Confirmation): void {
  const body = JSON.stringify(rules);
  const hash = hashOf(body);
  const sql = "INSERT INTO confirmed_rules (hash, body, confirmed_by, at) VALUES (?, ?, ?, ?)";
  connection.run(sql, hash, body, confirmedBy, at);
  const action = "confirm rules";
  appendAudit(connection, {
    at,
    actor: confirmedBy,
    action,
    subject: hash,
    rule: `${rules.length} rules`,
    runId: undefined,
  });
}

function hashOf(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}
