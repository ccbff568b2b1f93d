import { existsSync } from "node:fs";
import { probeEnclosure, usualPrograms } from "../src/workspaces/local/bubblewrap.ts";
import type { Engine } from "./describe-with.ts";

/** A real sandbox on this machine. */
export async function bubblewrapEngine(): Promise<Engine> {
  const program = usualPrograms.find((path) => existsSync(path));
  const problem = program === undefined ? "missing" : await probeEnclosure(program, { hidden: [], kept: [] });
  return {
    name: "bubblewrap",
    isThere: problem === undefined,
    howToInstall: "apt-get install bubblewrap; it needs root or unprivileged user namespaces",
  };
}
