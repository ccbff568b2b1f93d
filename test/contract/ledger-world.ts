import type { Clock } from "../../src/protocol/clock.ts";
import type { Ledger } from "../../src/protocol/ledger.ts";
import type { Owner } from "../../src/protocol/run.ts";

/** What an implementation is opened with: the suite says what time it is and who lives. */
export type LedgerSetting = { readonly clock: Clock; readonly isAlive: (owner: Owner) => boolean };

export class LedgerWorld implements LedgerSetting {
  time = 1000;
  readonly dead = new Set<number>();
  readonly clock: Clock = {
    now: () => this.time,
    sleep: async (delayMs) => {
      this.time += delayMs;
    },
  };
  readonly isAlive = (owner: Owner): boolean => !this.dead.has(owner.pid);
}

export type LedgerCase = { ledger: Ledger; world: LedgerWorld };
