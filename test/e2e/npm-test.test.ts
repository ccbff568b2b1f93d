import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { copyClone, repository } from "./copy-clone.ts";
import { runProgram } from "./run-program.ts";

const path = `${join(repository, "node_modules/.bin")}:/usr/bin:/bin`;
const good = `test("good", () => {});\n`;
const bad = `test("bad", () => {\n  throw new Error("no");\n});\n`;
const missing = `describeWith({ name: "warp drive", isThere: false, howToInstall: "ask Zefram" })("warp", () => {\n${good}});\n`;

async function npmTest(source: string, env: Readonly<Record<string, string>> = {}) {
  using clone = copyClone();
  clone.write("test/describe-with.ts", describeWithCopy);
  const imports = `import { test } from "vitest";\nimport { describeWith } from "../describe-with.ts";\nvoid describeWith;\n`;
  clone.write("test/unit/a.test.ts", imports + source);
  const command = ["node", "scripts/test.ts", "test/unit/a.test.ts"] as const;
  const result = await runProgram([...command], { cwd: clone.path, env: { PATH: path, NO_COLOR: "1", ...env } });
  return { exitCode: result.exitCode, closing: result.stdout.trimEnd().split("\n").slice(-2), all: result.stdout };
}

const describeWithCopy = `export { describeWith } from ${JSON.stringify(join(repository, "test/describe-with.ts"))};\n`;

describe("npm test", () => {
  test("ends with the counts, and with 0 when all is well", async () => {
    const { exitCode, closing } = await npmTest(good);
    expect([exitCode, closing.at(-1)]).toEqual([0, "1 passed, 0 failed"]);
  });

  test("a failed test makes it fail", async () => {
    const { exitCode, closing } = await npmTest(good + bad);
    expect([exitCode, closing.at(-1)]).toEqual([1, "1 passed, 1 failed"]);
  });

  test("no test at all is a failure", async () => {
    const { exitCode, closing } = await npmTest("");
    expect([exitCode, closing.at(-1)]).toEqual([1, "0 passed, 1 failed"]);
  });

  test("an error that no test sees is a failure", async () => {
    const { exitCode, closing } = await npmTest(`${good}queueMicrotask(() => {\n  throw new Error("loose");\n});\n`);
    expect([exitCode, closing.at(-1)]).toEqual([1, "1 passed, 1 failed"]);
  });

  test("an engine that is missing is named above the last line", async () => {
    const { exitCode, closing } = await npmTest(good + missing);
    expect([exitCode, closing]).toEqual([0, ["not run: warp drive (ask Zefram)", "1 passed, 0 failed, 1 skipped"]]);
  });

  test("in CI a missing engine is a failure", async () => {
    const { exitCode, closing } = await npmTest(good + missing, { HERMES_CI: "1" });
    expect([exitCode, closing.at(-1)]).toEqual([1, "1 passed, 2 failed, 1 skipped"]);
  });

  test("a build that fails is a failure", async () => {
    using clone = copyClone();
    clone.write("src/cli/run.ts", "export const = 1;\n");
    clone.write("test/unit/a.test.ts", `import { test } from "vitest";\n${good}`);
    const env = { PATH: path, NO_COLOR: "1" };
    const result = await runProgram(["node", "scripts/test.ts", "test/unit"], { cwd: clone.path, env });
    expect([result.exitCode, result.stdout.trimEnd().split("\n").at(-1)]).toEqual([1, "1 passed, 1 failed"]);
    expect(result.stdout).toContain("FAIL build");
  });
});
