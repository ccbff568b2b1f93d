import type { FunctionFact } from "./module-facts.ts";
import {
  childIn,
  childrenOf,
  identifierName,
  memberPath,
  nodesIn,
  type SyntaxNode,
  walkSyntax,
} from "./syntax-tree.ts";

const functionTypes = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

const forks = new Set([
  "IfStatement",
  "ConditionalExpression",
  "LogicalExpression",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "CatchClause",
]);

/** Every function with a body, in source order. */
export function readFunctions(program: SyntaxNode, lineAt: (offset: number) => number): readonly FunctionFact[] {
  const found: FunctionFact[] = [];
  walkSyntax(program, (node, ancestors) => {
    if (!functionTypes.has(node.type) || childIn(node, "body") === undefined) return;
    const name = nameOf(node, ancestors);
    found.push({
      name,
      line: lineAt(node.start),
      lineCount: lineAt(node.end) - lineAt(node.start) + 1,
      parameterCount: parameterCount(node),
      complexity: 1 + forksIn(node),
      isSuite: isSuite(name, ancestors.at(-1)),
      isTableRow: isTableRow(ancestors.at(-1)),
    });
  });
  return found;
}

/** A function inside a function has its own count, so its forks are left out here. */
function forksIn(node: SyntaxNode): number {
  let count = 0;
  for (const child of childrenOf(node)) {
    if (functionTypes.has(child.type)) continue;
    count += (isFork(child) ? 1 : 0) + forksIn(child);
  }
  return count;
}

function isFork(node: SyntaxNode): boolean {
  if (node.type === "SwitchCase") return childIn(node, "test") !== undefined;
  return forks.has(node.type);
}

function parameterCount(node: SyntaxNode): number {
  return nodesIn(node["params"]).filter((parameter) => identifierName(parameter) !== "this").length;
}

function nameOf(node: SyntaxNode, ancestors: readonly SyntaxNode[]): string {
  const parent = ancestors.at(-1);
  const named = childIn(node, "id") ?? (parent && (childIn(parent, "id") ?? childIn(parent, "key")));
  return identifierName(named) ?? "(anonymous)";
}

function isSuite(name: string, parent: SyntaxNode | undefined): boolean {
  if (/^describe[A-Z]/.test(name)) return true;
  if (parent?.type !== "CallExpression") return false;
  return calleeName(childIn(parent, "callee")).startsWith("describe");
}

/** `describe`, `describe.each(…)` and `describeWith(…)` all start with the word `describe`. */
function calleeName(callee: SyntaxNode | undefined): string {
  if (callee?.type === "CallExpression") return calleeName(childIn(callee, "callee"));
  return identifierName(callee) ?? memberPath(callee) ?? "";
}

function isTableRow(parent: SyntaxNode | undefined): boolean {
  const callee = parent?.type === "CallExpression" ? childIn(parent, "callee") : undefined;
  if (callee?.type !== "CallExpression") return false;
  return /^(?:test|it|describe)\.each$/.test(memberPath(childIn(callee, "callee")) ?? "");
}
