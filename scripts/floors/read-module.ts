import { parseSync } from "oxc-parser";
import type { ModuleFacts } from "./module-facts.ts";
import { readFunctions } from "./read-functions.ts";
import { readImports } from "./read-imports.ts";
import { findSightings } from "./sightings.ts";
import { childIn, nodesIn, type SyntaxNode } from "./syntax-tree.ts";

/** Parses one file into what the rules need. Never throws: a file that does not parse carries its errors. */
export function readModule(path: string, text: string): ModuleFacts {
  const parsed = parseSync(path, text);
  const program = parsed.program as unknown as SyntaxNode;
  const lineAt = lineFinder(text);
  return {
    path,
    text,
    lineCount: text.endsWith("\n") ? text.split("\n").length - 1 : text.split("\n").length,
    syntaxErrors: parsed.errors.map((error) => ({ line: lineAt(error.labels[0]?.start ?? 0), text: error.message })),
    imports: readImports(path, program, lineAt),
    functions: readFunctions(program, lineAt),
    comments: parsed.comments.map((comment) => ({ line: lineAt(comment.start), text: comment.value })),
    sightings: findSightings(program, lineAt),
    isBarrel: isBarrel(program),
  };
}

function isBarrel(program: SyntaxNode): boolean {
  const statements = nodesIn(program["body"]);
  const passesOn = (node: SyntaxNode): boolean =>
    node.type === "ExportAllDeclaration" ||
    node.type === "ImportDeclaration" ||
    (node.type === "ExportNamedDeclaration" && childIn(node, "declaration") === undefined);
  return (
    statements.length > 0 && statements.every(passesOn) && statements.some((node) => node.type !== "ImportDeclaration")
  );
}

/** Counts lines from 1, by bisection, because one file is asked thousands of times. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
