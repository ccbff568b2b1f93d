import { existsSync, mkdirSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";

declare const HERMES_VERSION: string | undefined;

/** Written in by the build; run from source, the program has no version of its own. */
const version = typeof HERMES_VERSION === "string" ? HERMES_VERSION : "0.0.0-source";

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-v")) {
  process.stdout.once("error", () => (process.exitCode = 1)); // nobody takes it
  process.stdout.write(`hermes ${version}\n`);
} else {
  keepCompiledCode(homeFolder());
  const { run } = await import("./cli/run.ts");
  process.exitCode = await run(argv, version);
}

/** `undefined` when only the system knows it, which is not worth the question here. Empty variables count as not set. */
function homeFolder(): string | undefined {
  const { HERMES_HOME: named = "", HOME: user = "" } = process.env;
  if (named !== "") return named;
  return user === "" ? undefined : join(user, ".hermes");
}

function keepCompiledCode(home: string | undefined): void {
  if (home === undefined) return;
  // the home of the original Hermes is not written to
  const isForeign = ["config.yaml", "state.db"].some((name) => existsSync(join(home, name)));
  if (isForeign && !existsSync(join(home, "hermes.db"))) return;
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    enableCompileCache(join(home, "cache", "compile"));
  } catch {
    // it only makes the start faster; a home that cannot be used is told by whoever needs it
  }
}
