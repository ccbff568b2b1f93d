import type { Environment } from "./config/environment.ts";

/** What a surface says when it opens the application. */
export type AppOptions = {
  readonly environment: Environment;
  /** `key=value` settings that win over everything else. */
  readonly flags: readonly string[];
  /** Rules of `--allow`; one that does not parse is told when the agent is opened. */
  readonly allow: readonly string[];
  /** Absolute folder that new sessions work in. */
  readonly cwd: string;
  /** Nothing is kept: the ledger is in memory. */
  readonly isEphemeral: boolean;
  /** Asks the person for a passphrase; `undefined` where nobody can answer. */
  readonly askPassphrase: (question: string) => Promise<string | undefined>;
  /** News for the person from parts that have no run to report to, such as the store. */
  readonly notice: (text: string) => void;
};
