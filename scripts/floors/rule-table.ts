import type { Rule } from "./rule.ts";
import { rulesOfComments } from "./rules-of-comments.ts";
import { rulesOfImports } from "./rules-of-imports.ts";
import { rulesOfNames } from "./rules-of-names.ts";
import { rulesOfShape } from "./rules-of-shape.ts";
import { rulesOfSyntax } from "./rules-of-syntax.ts";

/** Every rule of the house. `test/architecture.test.ts` plants a breach for each and sees it caught. */
export const ruleTable: readonly Rule[] = [
  ...rulesOfImports,
  ...rulesOfShape,
  ...rulesOfSyntax,
  ...rulesOfNames,
  ...rulesOfComments,
];
