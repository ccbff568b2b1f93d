import { describe, expect, test } from "vitest";
import { checkTree, describeBreach } from "../scripts/floors/check-tree.ts";
import { ruleTable } from "../scripts/floors/rule-table.ts";
import { treeOf } from "../scripts/floors/source-tree.ts";
import { cleanFiles, plants } from "./floors-planted.ts";

function breachesIn(files: Readonly<Record<string, string>>): readonly { rule: string; path: string }[] {
  return checkTree(treeOf("/srv/clone", new Map(Object.entries(files)))).map(({ rule, path }) => ({ rule, path }));
}

describe("the rules of the house", () => {
  test("a clean house has no breach", () => {
    expect(breachesIn(cleanFiles)).toEqual([]);
  });

  test("a house without source is refused, because a guard that reads nothing passes everything", () => {
    expect(() => breachesIn({ "test/a.test.ts": "export {};\n" })).toThrow("nothing was checked");
  });

  test("there is a plant for every rule, and no plant without a rule", () => {
    expect(Object.keys(plants).toSorted()).toEqual(ruleTable.map((rule) => rule.name).toSorted());
  });

  for (const { name } of ruleTable) {
    test(`a planted breach of ${name} is caught, and nothing else is`, () => {
      const plant = plants[name];
      expect(plant).toBeDefined();
      if (plant === undefined) return;
      expect(breachesIn({ ...cleanFiles, ...plant.files })).toEqual([{ rule: name, path: plant.at }]);
    });
  }

  test("a breach is printed as place, rule and fix", () => {
    expect(describeBreach({ path: "src/a/b.ts", line: 12, rule: "no-any", message: "Say the type." })).toBe(
      "src/a/b.ts:12 no-any: Say the type.",
    );
  });
});

describe("who may import whom", () => {
  const imports = (from: string, to: string): string => {
    const path = from === "main.ts" ? "src/main.ts" : `src/${from}/planted.ts`;
    const target = from === "main.ts" ? `./${to}/x.ts` : `../${to}/x.ts`;
    const source = `import type { X } from "${target}";\nexport type Y = X;\n`;
    const breaches = checkTree(treeOf("/srv/clone", new Map([[path, source]])));
    return breaches.some(({ rule }) => rule === "import-floors") ? "forbidden" : "allowed";
  };

  test.each([
    ["lib", "protocol", "allowed"],
    ["protocol", "lib", "forbidden"],
    ["lib", "store", "forbidden"],
    ["agent", "protocol", "allowed"],
    ["agent", "lib", "allowed"],
    ["agent", "providers", "forbidden"],
    ["tools", "workspaces", "forbidden"],
    ["learning", "runtime", "forbidden"],
    ["runtime", "agent", "allowed"],
    ["runtime", "store", "forbidden"],
    ["gateway", "runtime", "allowed"],
    ["gateway", "channels", "forbidden"],
    ["gateway", "schedule", "forbidden"],
    ["web", "agent", "forbidden"],
    ["app", "channels", "allowed"],
    ["app", "gateway", "allowed"],
    ["app", "cli", "forbidden"],
    ["cli", "app", "allowed"],
    ["cli", "tui", "allowed"],
    ["cli", "store", "forbidden"],
    ["main.ts", "cli", "allowed"],
    ["main.ts", "app", "forbidden"],
  ])("%s importing %s is %s", (from, to, verdict) => {
    expect(imports(from, to)).toBe(verdict);
  });

  test.each([
    ["a re-export", `export { x } from "../store/x.ts";\nexport const a = 1;\n`],
    ["a dynamic import", `export const load = () => import("../store/x.ts");\n`],
    ["an import in a type", `export type X = import("../store/x.ts").X;\n`],
    ["a worker's file", `export const worker = new URL("../store/x.ts", import.meta.url);\n`],
    ["a file outside src", `import { x } from "../../test/x.ts";\nexport const a = x;\n`],
  ])("%s counts as an import", (_kind, source) => {
    const breaches = checkTree(treeOf("/srv/clone", new Map([["src/memory/planted.ts", source]])));
    expect(breaches.map(({ rule }) => rule)).toContain("import-floors");
  });
});

describe("what the rules leave alone", () => {
  test.each([
    [
      "a private #field and a colour are no issue numbers",
      "/** Keeps #pending, drawn in (#fff). */\nexport const a = 1;\n",
    ],
    ["a Markdown table in a comment is no banner", "/**\n * | a | b |\n * | --- | --- |\n */\nexport const a = 1;\n"],
    ["a suppression with a reason", "// @ts-expect-error -- the type lies about null\nexport const a: string = 1;\n"],
    ["a property called console or fetch", "export const a = (b: { console: 1; fetch: 1 }) => [b.console, b.fetch];\n"],
    ["optional chaining is no fork", `export const a = (b?: { c?: 1 }) => [${Array(20).fill("b?.c").join(", ")}];\n`],
  ])("%s", (_what, source) => {
    const files = { ...cleanFiles, "src/protocol/run.ts": `${cleanFiles["src/protocol/run.ts"]}${source}` };
    expect(breachesIn(files)).toEqual([]);
  });

  test("the columns of a test's table may be many", () => {
    const source = `test.each([[1, 2, 3, 4]])("a", (a, b, c, d) => a + b + c + d);\n`;
    expect(breachesIn({ ...cleanFiles, "test/a.test.ts": source })).toEqual([]);
  });

  test("a describe block may be long, a test and a helper in it may not", () => {
    const body = "  work();\n".repeat(70);
    const inTest = (source: string): readonly string[] =>
      breachesIn({ ...cleanFiles, "test/a.test.ts": source }).map(({ rule }) => rule);
    expect(inTest(`describe("a", () => {\n${body}});\n`)).toEqual([]);
    expect(inTest(`describeWith("a")("b", () => {\n${body}});\n`)).toEqual([]);
    expect(inTest(`export function describeStore() {\n${body}}\n`)).toEqual([]);
    expect(inTest(`test("a", () => {\n${body}});\n`)).toEqual(["function-length"]);
    expect(inTest(`export function prepare() {\n${body}}\n`)).toEqual(["function-length"]);
  });
});
