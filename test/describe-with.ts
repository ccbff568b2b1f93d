import { appendFileSync } from "node:fs";
import { describe } from "vitest";

/** Something outside the repository that some tests need. */
export interface Engine {
  readonly name: string;
  readonly isThere: boolean;
  /** A few words that go into the line `not run: docker (how to install it)`. */
  readonly howToInstall: string;
}

/**
 * The `describe` for tests that need `engine`. Where it is missing they are skipped and the closing lines of `npm test`
 * say so; with HERMES_CI=1 that is a failure.
 */
export function describeWith(engine: Engine): typeof describe.skip {
  const notRunFile = process.env["HERMES_NOT_RUN"];
  if (!engine.isThere && notRunFile !== undefined) {
    appendFileSync(notRunFile, `${engine.name} (${engine.howToInstall})\n`);
  }
  return engine.isThere ? describe : describe.skip;
}
