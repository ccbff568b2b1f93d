import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CloneCopy, copyClone, repository } from "./copy-clone.ts";
import { type ProgramResult, runProgram } from "./run-program.ts";

const env = { PATH: `${join(repository, "node_modules/.bin")}:/usr/bin:/bin`, NO_COLOR: "1" };

function build(clone: CloneCopy): Promise<ProgramResult> {
  return runProgram(["node", "scripts/build.ts"], { cwd: clone.path, env });
}

/** The program as `src/cli/run.ts` would be with this body. */
function writeRun(clone: CloneCopy, body: string): void {
  clone.write("src/cli/run.ts", `export async function run(): Promise<number> {\n${body}\n  return 0;\n}\n`);
}

function start(clone: CloneCopy): Promise<ProgramResult> {
  const surroundings = { ...env, HERMES_HOME: join(clone.path, "home") };
  return runProgram([join(clone.path, "dist/main.js"), "go"], { cwd: "/", env: surroundings });
}

describe("npm run build", () => {
  test("makes a program that can be started, with the version of the package", async () => {
    using clone = copyClone();
    expect(await build(clone)).toMatchObject({ exitCode: 0, stderr: "" });
    const main = join(clone.path, "dist/main.js");
    expect(readFileSync(main, "utf8").startsWith("#!/usr/bin/env node\n")).toBe(true);
    expect(statSync(main).mode & 0o111).toBe(0o111);
  });

  test("a worker of any room is found beside the program", async () => {
    using clone = copyClone();
    clone.write(
      "src/store/echo-worker.ts",
      `import { parentPort } from "node:worker_threads";\nparentPort?.postMessage("echo");\n`,
    );
    clone.write(
      "src/app/echo.ts",
      `import { once } from "node:events";\nimport { Worker } from "node:worker_threads";\nexport async function echo(): Promise<unknown> {\n  const worker = new Worker(new URL("../store/echo-worker.ts", import.meta.url));\n  return (await once(worker, "message"))[0];\n}\n`,
    );
    writeRun(clone, `  const { echo } = await import("../app/echo.ts");\n  console.log(await echo());`);
    expect(await build(clone)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await start(clone)).toEqual({ exitCode: 0, stdout: "echo\n", stderr: "" });
  });

  test("packages are bundled, so that dist/ runs without them", async () => {
    using clone = copyClone();
    writeRun(clone, `  const { parse } = await import("yaml");\n  console.log(parse("a: 1").a);`);
    await build(clone);
    const bundled = readdirSync(join(clone.path, "dist")).map((name) =>
      readFileSync(join(clone.path, "dist", name), "utf8"),
    );
    expect(bundled.join("\n")).not.toMatch(/from ?["'`]yaml["'`]/);
    expect(await start(clone)).toEqual({ exitCode: 0, stdout: "1\n", stderr: "" });
  });

  test("a package that cannot be bundled stops the build, and the old program stays", async () => {
    using clone = copyClone();
    await build(clone);
    const before = readFileSync(join(clone.path, "dist/main.js"), "utf8");
    writeRun(clone, `  await import("left-pad-of-nobody");`);
    const { exitCode, stderr } = await build(clone);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("left-pad-of-nobody");
    expect(readFileSync(join(clone.path, "dist/main.js"), "utf8")).toBe(before);
  });

  test("chunks of older builds stay for a day, so that a running program can still load them", async () => {
    using clone = copyClone();
    await build(clone);
    clone.write("dist/yesterday-a.js", "");
    clone.write("dist/today-b.js", "");
    const longAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);
    utimesSync(join(clone.path, "dist/yesterday-a.js"), longAgo, longAgo);
    await build(clone);
    expect(existsSync(join(clone.path, "dist/yesterday-a.js"))).toBe(false);
    expect(existsSync(join(clone.path, "dist/today-b.js"))).toBe(true);
  });
});
