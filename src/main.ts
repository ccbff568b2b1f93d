import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

declare const HERMES_VERSION: string | undefined;

/** Written in by the build; run from source, the program has no version of its own. */
const version = typeof HERMES_VERSION === "string" ? HERMES_VERSION : "0.0.0-source";

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-v")) {
  process.stdout.write(`hermes ${version}\n`);
} else {
  const home = process.env["HERMES_HOME"] ?? join(process.env["HOME"] ?? homedir(), ".hermes");
  // the home of the original Hermes is not written to
  const isForeign = ["config.yaml", "state.db"].some((name) => existsSync(join(home, name)));
  if (!isForeign || existsSync(join(home, "hermes.db"))) enableCompileCache(join(home, "cache", "compile"));
  const { run } = await import("./cli/run.ts");
  process.exitCode = await run(argv, version);
}
