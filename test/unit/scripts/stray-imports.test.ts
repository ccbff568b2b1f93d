import { expect, test } from "vitest";
import { strayImports } from "../../../scripts/build/stray-imports.ts";

const chunk = (fileName: string, imports: readonly string[], dynamicImports: readonly string[] = []) => ({
  fileName,
  isEntry: fileName === "main.js",
  imports,
  dynamicImports,
});

test("builtins and the other built files are no strays", () => {
  expect(strayImports([chunk("main.js", ["node:fs", "a.js"]), chunk("a.js", ["node:net"])])).toEqual([]);
});

test("a package that was not bundled is one", () => {
  expect(strayImports([chunk("main.js", [], ["left-pad"])])).toEqual(["main.js imports left-pad"]);
});

test("a part left out on purpose may be met later, but not at the start", () => {
  const late = chunk("bedrock.js", ["@aws-sdk/client-bedrock-runtime"]);
  expect(strayImports([chunk("main.js", [], ["bedrock.js"]), late])).toEqual([]);
  expect(strayImports([chunk("main.js", ["bedrock.js"]), late])).toEqual([
    "bedrock.js imports @aws-sdk/client-bedrock-runtime",
  ]);
});
