import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CloneCopy, copyClone, repository } from "./copy-clone.ts";
import { type ProgramResult, runProgram } from "./run-program.ts";

const version = `hermes ${(JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { version: string }).version}\n`;
const answered = { exitCode: 0, stdout: version, stderr: "" };

/** A PATH whose `node` answers with the given version and can do nothing else. */
function pathWithNode(clone: CloneCopy, nodeVersion: string): string {
  clone.write("fake/node", `#!/bin/sh\n[ "$1" = --version ] && echo ${nodeVersion} && exit 0\necho "ran $*"\n`);
  chmodSync(join(clone.path, "fake/node"), 0o755);
  return `${join(clone.path, "fake")}:/usr/bin:/bin`;
}

interface Surroundings {
  /** What the only `node` on the PATH calls itself. */
  readonly nodeVersion?: string;
  readonly home?: string;
}

function hermes(clone: CloneCopy, surroundings: Surroundings = {}): Promise<ProgramResult> {
  const { nodeVersion = "v20.20.2", home = join(clone.path, "home") } = surroundings;
  const env = { PATH: pathWithNode(clone, nodeVersion), HERMES_HOME: home };
  return runProgram([join(clone.path, "bin/hermes"), "--version"], { cwd: "/", env });
}

/** Touches nothing but the time of the source, as an edit would. */
function makeSourceNewer(clone: CloneCopy): void {
  const later = new Date(Date.now() + 60_000);
  utimesSync(join(clone.path, "src/cli/run.ts"), later, later);
}

describe("bin/hermes", () => {
  test("a fresh clone builds itself, says nothing about it, and answers", async () => {
    using clone = copyClone();
    expect(await hermes(clone)).toEqual(answered);
    expect(existsSync(join(clone.path, "dist/main.js"))).toBe(true);
  });

  test("two at once on a fresh clone both answer, and leave no half-built files", async () => {
    using clone = copyClone();
    expect(await Promise.all([hermes(clone), hermes(clone)])).toEqual([answered, answered]);
    const { stdout } = await runProgram(["ls", "-A", "dist"], { cwd: clone.path, env: { PATH: "/usr/bin:/bin" } });
    expect(stdout.split("\n").filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("it builds again when a source is newer, and only then", async () => {
    using clone = copyClone();
    await hermes(clone);
    clone.write(
      "package.json",
      readFileSync(join(clone.path, "package.json"), "utf8").replace(/"version": "[^"]*"/, `"version": "9.8.7"`),
    );
    expect(await hermes(clone)).toEqual({ ...answered, stdout: "hermes 9.8.7\n" });
    rmSync(join(clone.path, "scripts"), { recursive: true });
    expect(await hermes(clone)).toEqual({ ...answered, stdout: "hermes 9.8.7\n" });
  });

  test("a build that fails starts nothing and says so", async () => {
    using clone = copyClone();
    await hermes(clone);
    clone.write("src/cli/run.ts", "export const = 1;\n");
    makeSourceNewer(clone);
    const result = await hermes(clone);
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    expect(result.stderr).toContain("the build failed; nothing was started");
    expect(result.stderr).toContain("src/cli/run.ts");
  });

  test("spaces in the path and a chain of links are no trouble", async () => {
    using clone = copyClone("a clone with spaces");
    const links = join(dirname(clone.path), "my links");
    mkdirSync(links);
    symlinkSync("../a clone with spaces/bin/hermes", join(links, "first"));
    symlinkSync("first", join(links, "second"));
    const env = { PATH: pathWithNode(clone, "v20.20.2"), HOME: clone.path };
    expect(await runProgram([join(links, "second"), "--version"], { cwd: "/", env })).toEqual(answered);
  });
});

describe("bin/hermes looks for a Node", () => {
  const withoutPackages = (clone: CloneCopy): void => rmSync(join(clone.path, "node_modules"));

  test("with only an old one on the PATH it says what to do", async () => {
    using clone = copyClone();
    withoutPackages(clone);
    expect(await hermes(clone)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `hermes: no Node 24.15 or later here. Run 'npm ci' in ${clone.path}, which brings one along.\n`,
    });
  });

  test("without packages it cannot build, and says so", async () => {
    using clone = copyClone();
    withoutPackages(clone);
    const result = await hermes(clone, { nodeVersion: "v24.15.0" });
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    expect(result.stderr).toContain("dist/ is missing or old");
  });

  test("the one in the home is taken before the PATH's", async () => {
    using clone = copyClone();
    await hermes(clone);
    withoutPackages(clone);
    const home = join(clone.path, "its home");
    mkdirSync(join(home, "runtime/bin"), { recursive: true });
    symlinkSync(process.execPath, join(home, "runtime/bin/node"));
    expect(await hermes(clone, { home })).toEqual(answered);
  });

  test.each([
    ["v24.15.0", true],
    ["v24.14.9", false],
    ["v25.0.0", true],
    ["v26.10.0", true],
    ["v22.30.0", false],
    ["nonsense", false],
  ])("%s on the PATH is new enough: %s", async (nodeVersion, isNewEnough) => {
    using clone = copyClone();
    clone.write("dist/main.js", "");
    const later = new Date(Date.now() + 60_000);
    utimesSync(join(clone.path, "dist/main.js"), later, later);
    withoutPackages(clone);
    const result = await hermes(clone, { nodeVersion });
    expect(result.stdout).toBe(
      isNewEnough ? `ran --max-semi-space-size=1 ${join(clone.path, "dist/main.js")} --version\n` : "",
    );
  });
});
