import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { copyClone, repository } from "./copy-clone.ts";
import { runProgram } from "./run-program.ts";

const env = { PATH: `${join(repository, "node_modules/.bin")}:/usr/bin:/bin`, NO_COLOR: "1" };
const promise = "declare const work: () => Promise<void>;\n";

describe("the real linter with our settings", () => {
  test.each([
    ["typescript(no-floating-promises)", `${promise}export const go = () => {\n  work();\n};\n`],
    ["typescript(no-misused-promises)", `${promise}export const go = () => (work() ? 1 : 2);\n`],
    [
      "typescript(switch-exhaustiveness-check)",
      `export function go(kind: "a" | "b"): void {\n  switch (kind) {\n    case "a":\n      break;\n  }\n}\n`,
    ],
    [
      "typescript(switch-exhaustiveness-check)",
      `export function go(kind: "a" | "b"): number {\n  switch (kind) {\n    case "a":\n      return 1;\n    default:\n      return 2;\n  }\n}\n`,
    ],
    ["typescript(no-explicit-any)", "export const go = (a: any): string => String(a);\n"],
    ["typescript(no-non-null-assertion)", "export const go = (a?: string): number => a!.length;\n"],
    ["typescript(only-throw-error)", `export const go = (): never => {\n  throw "a";\n};\n`],
    ["eslint(no-console)", `export const go = (): void => console.log("a");\n`],
    ["eslint(no-empty)", "export const go = (): void => {\n  try {\n    go();\n  } catch {}\n};\n"],
    ["eslint(max-params)", "export const go = (a: 1, b: 1, c: 1, d: 1): number => a + b + c + d;\n"],
    ["import(no-default-export)", "export default 1;\n"],
    ["unicorn(prefer-node-protocol)", `import { readFile } from "fs";\nexport const go = readFile;\n`],
    [
      "unused oxlint-disable directive",
      "// oxlint-disable-next-line no-console -- nothing here\nexport const a = 1;\n",
    ],
  ])("%s is caught", async (rule, source) => {
    using clone = copyClone();
    clone.write("src/lib/planted.ts", source);
    const { exitCode, stdout } = await runProgram(["oxlint", "--deny-warnings", "src"], { cwd: clone.path, env });
    expect(stdout.toLowerCase()).toContain(rule);
    expect(exitCode).toBe(1);
  });
});

test("the real linter sees a circle of types", async () => {
  using clone = copyClone();
  clone.write("src/lib/planted.ts", `import type { B } from "./second.ts";\nexport type A = B | 1;\n`);
  clone.write("src/lib/second.ts", `import type { A } from "./planted.ts";\nexport type B = A | 2;\n`);
  const { stdout } = await runProgram(["oxlint", "src"], { cwd: clone.path, env });
  expect(stdout).toContain("import(no-cycle)");
});

describe("the real compiler with our settings", () => {
  test.each([
    ["a wrong type", "export const a: string = 1;\n", "TS2322"],
    ["an unchecked index", "export const a = (b: string[]): string => b[0];\n", "TS2322"],
    ["syntax that cannot be erased", "export enum A {\n  b,\n}\n", "TS1294"],
    ["a type imported as a value", `import { Plugin } from "rolldown";\nexport type A = Plugin;\n`, "TS1484"],
    ["an unused local", "const a = 1;\nexport {};\n", "TS6133"],
  ])("%s is caught", async (_what, source, code) => {
    using clone = copyClone();
    clone.write("src/lib/planted.ts", source);
    const { exitCode, stdout } = await runProgram(["tsc", "--noEmit"], { cwd: clone.path, env });
    expect(stdout).toContain(code);
    expect(stdout).toContain("src/lib/planted.ts");
    expect(exitCode).not.toBe(0);
  });
});
