import { posix } from "node:path";
import type { ImportFact } from "./module-facts.ts";
import { childIn, identifierName, literalText, nodesIn, type SyntaxNode, walkSyntax } from "./syntax-tree.ts";

/** Everything that makes this file need another one: imports, re-exports, `import()`, type imports, worker URLs. */
export function readImports(
  path: string,
  program: SyntaxNode,
  lineAt: (offset: number) => number,
): readonly ImportFact[] {
  const found: ImportFact[] = [];
  walkSyntax(program, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const target = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined;
    found.push({ line: lineAt(node.start), specifier, target });
  });
  return found;
}

const declarations = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
]);

function specifierOf(node: SyntaxNode): string | undefined {
  if (declarations.has(node.type)) return literalText(childIn(node, "source"));
  if (node.type === "TSImportType") return literalText(childIn(node, "source") ?? childIn(node, "argument"));
  return workerFile(node);
}

/** `new URL("./x-worker.ts", import.meta.url)` loads a file too. */
function workerFile(node: SyntaxNode): string | undefined {
  if (node.type !== "NewExpression" || identifierName(childIn(node, "callee")) !== "URL") return undefined;
  const file = literalText(nodesIn(node["arguments"])[0]);
  return file?.startsWith(".") && file.endsWith(".ts") ? file : undefined;
}
