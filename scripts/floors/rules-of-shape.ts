import type { FunctionFact } from "./module-facts.ts";
import { type Place, type Rule, ruleForEachModule } from "./rule.ts";

/** The caps of the house. Changing one is a decision, not a fix. */
export const caps = { fileLines: 400, functionLines: 60, complexity: 12, parameters: 3, readmeLines: 20 } as const;

export const rulesOfShape: readonly Rule[] = [
  ruleForEachModule("syntax", (module) =>
    module.syntaxErrors.map(({ line, text }) => ({ line, message: `This does not parse: ${text}` })),
  ),
  ruleForEachModule("file-length", (module) => {
    if (module.lineCount <= caps.fileLines) return [];
    return [
      { line: 1, message: `${module.lineCount} lines, at most ${caps.fileLines}; give one of its concepts a file.` },
    ];
  }),
  ruleForEachModule("function-length", (module) =>
    module.functions
      .filter((fact) => fact.lineCount > caps.functionLines && !(fact.isSuite && module.path.startsWith("test/")))
      .map((fact) => tooMuch(fact, `${fact.lineCount} lines, at most ${caps.functionLines}; give a step of it a name`)),
  ),
  ruleForEachModule("complexity", (module) =>
    module.functions
      .filter((fact) => fact.complexity > caps.complexity)
      .map((fact) => tooMuch(fact, `${fact.complexity} ways through, at most ${caps.complexity}; make it a table`)),
  ),
  ruleForEachModule("parameters", (module) =>
    module.functions
      .filter((fact) => fact.parameterCount > caps.parameters && !fact.isTableRow)
      .map((fact) => tooMuch(fact, `${fact.parameterCount} parameters, at most ${caps.parameters}; take an object`)),
  ),
];

function tooMuch(fact: FunctionFact, what: string): Place {
  return { line: fact.line, message: `${fact.name} has ${what}.` };
}
