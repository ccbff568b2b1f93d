import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import type { Policy } from "../protocol/policy.ts";
import type { RunGrants } from "../protocol/runtime.ts";
import { createPolicy } from "../policy/policy.ts";
import { toolCatalogue } from "../tools/catalogue.ts";
import type { Home } from "./home.ts";

export type PolicySources = {
  /** As they are in force. */
  readonly rules: readonly string[];
  readonly home: Home;
  /** Where what opens the secrets is. */
  readonly keys: string;
  /** Rules that a person allowed for the rest of the session. */
  readonly session?: readonly string[];
};

/** The policy of one run. Throws `bad-settings` or `bad-usage` for a rule that does not parse. */
export function policyOf({ rules, home, keys, session = [] }: PolicySources, grants: RunGrants): Policy {
  const kept = [home.folder, withoutLinks(home.folder), keys, withoutLinks(keys)];
  return createPolicy({
    userHome: homedir(),
    hermesHomes: [...new Set(kept)],
    rules: [...unreadable({ home, keys }), ...rules],
    allow: grants.allow,
    session,
    tools: Object.keys(toolCatalogue),
  });
}

/** Not even to be looked at: the secrets and what opens them. */
function unreadable({ home, keys }: { readonly home: Home; readonly keys: string }): readonly string[] {
  return [`deny * ${withoutLinks(home.folder)}/secrets`, `deny * ${withoutLinks(keys)}/*`];
}

function withoutLinks(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder; // an ephemeral run may have none
  }
}
