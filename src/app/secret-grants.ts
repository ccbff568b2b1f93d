import { systemClock } from "../lib/system-clock.ts";
import type { Ledger } from "../protocol/ledger.ts";
import { variableOf } from "../secrets/secret-name.ts";
import { noSecret } from "../secrets/secret-vault.ts";
import type { SecretGrants } from "../tools/tool-parts.ts";
import type { OpenSecrets } from "./open-secrets.ts";

/** Hermes's own key is for its own requests. */
const neverGiven: ReadonlySet<string> = new Set(["HERMES_API_KEY"]);

/** What approved commands may be given; who got what is audited before it is handed out. */
export function secretGrants({ values }: OpenSecrets, ledger: Pick<Ledger, "recordAudit">): SecretGrants | undefined {
  const names = [...values.keys()].filter((name) => !neverGiven.has(name)).toSorted();
  if (names.length === 0) return undefined;
  return {
    names,
    variableOf,
    async take(wanted, { runId, command }) {
      const taken = wanted.map((name) => {
        const value = neverGiven.has(name) ? undefined : values.get(name);
        if (value === undefined) throw noSecret(name);
        return [name, value] as const;
      });
      for (const [name] of taken) {
        await ledger.recordAudit({
          at: systemClock.now(),
          actor: "agent",
          action: "use secret",
          subject: `${name}: ${command}`,
          rule: "granted with the command",
          runId,
        });
      }
      return Object.fromEntries(taken.map(([name, value]) => [variableOf(name), value]));
    },
  };
}
