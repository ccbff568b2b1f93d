import { describe, expect, test } from "vitest";
import { treeOf } from "../../../scripts/floors/source-tree.ts";
import { worseThan } from "../../../scripts/health/check-health.ts";
import { findDuplicates } from "../../../scripts/health/find-duplicates.ts";
import { healthNumbers } from "../../../scripts/health/health-numbers.ts";

const block = Array.from({ length: 12 }, (_, index) => `const name${index} = ${index};\n`).join("");

describe("the health numbers", () => {
  const tree = treeOf(
    "/srv/clone",
    new Map([
      ["src/main.ts", `import "./cli/run.ts";\n`],
      ["src/cli/run.ts", `import "../main.ts";\n// @ts-expect-error -- a reason\n${block}`],
      ["src/app/again.ts", block],
      ["test/a.test.ts", `describe("a", () => {\n${block}});\n`],
    ]),
  );

  test("are counted from the source", () => {
    expect(healthNumbers(tree)).toEqual({
      files: 3,
      sourceLines: 27,
      medianFileLines: 12,
      longestFileLines: 14,
      longestFunctionLines: 0,
      suppressions: 1,
      circles: 1,
      duplicatedBlocks: 1,
      testRatio: 0.52,
    });
  });

  test("a number above its cap is said, with the way out", () => {
    expect(
      worseThan({ circles: { most: 0, why: "none" }, files: { most: 3, why: "small" } }, healthNumbers(tree)),
    ).toEqual(["circles is 1, at most 0; mend it, or raise it in scripts/health.json and say why."]);
  });

  test("a cap without a reason is refused", () => {
    expect(worseThan({ files: { most: 9, why: " " } }, healthNumbers(tree))).toEqual([
      "scripts/health.json: files needs a line that says why.",
    ]);
  });
});

describe("duplicated blocks", () => {
  test("are found whatever their indentation, once for each second place", () => {
    const indented = block.replaceAll(/^/gm, "  ");
    expect(
      findDuplicates([
        { path: "a.ts", text: block },
        { path: "b.ts", text: `const x = 1;\n${indented}` },
      ]),
    ).toEqual([{ first: "a.ts:1", second: "b.ts:2" }]);
  });

  test("imports, comments and brackets tell nothing", () => {
    const alike = `import { a } from "a";\n// b\n/** c */\n}\n`.repeat(10);
    expect(
      findDuplicates([
        { path: "a.ts", text: alike },
        { path: "b.ts", text: alike },
      ]),
    ).toEqual([]);
  });
});
