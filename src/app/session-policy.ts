import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import type { Policy } from "../protocol/policy.ts";
import type { RunGrants } from "../protocol/runtime.ts";
import { createPolicy } from "../policy/policy.ts";
import { toolCatalogue } from "../tools/catalogue.ts";
import { listSetting, type Settings } from "./config/load-settings.ts";
import type { Home } from "./home.ts";

/** The policy of one run. Throws `bad-settings` or `bad-usage` for a rule that does not parse. */
export function policyOf(
  settings: Settings,
  { home, keys }: { readonly home: Home; readonly keys: string },
  grants: RunGrants,
): Policy {
  const kept = [home.folder, withoutLinks(home.folder), keys, withoutLinks(keys)];
  return createPolicy({
    userHome: homedir(),
    hermesHomes: [...new Set(kept)],
    rules: [...unreadable({ home, keys }), ...listSetting(settings, "approvals.rules")],
    allow: grants.allow,
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
