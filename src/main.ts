import { enableCompileCache } from "node:module";

declare const HERMES_VERSION: string | undefined;

/** Written in by the build; run from source, the program has no version of its own. */
const version = typeof HERMES_VERSION === "string" ? HERMES_VERSION : "0.0.0-source";

const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === "--version") {
  process.stdout.write(`hermes ${version}\n`);
} else {
  const home = process.env["HERMES_HOME"] ?? `${process.env["HOME"] ?? "."}/.hermes`;
  enableCompileCache(`${home}/cache/compile`);
  const { run } = await import("./cli/run.ts");
  process.exitCode = await run(argv);
}
