import {
  childIn,
  identifierName,
  literalText,
  memberPath,
  nodesIn,
  type SyntaxNode,
  walkSyntax,
} from "./syntax-tree.ts";

export type SightingKind =
  | "any"
  | "non-null"
  | "default-export"
  | "process-env"
  | "console"
  | "reaching-out"
  | "test-switched-off";

/** A piece of syntax that some rule has an opinion on, and where it is. */
export interface Sighting {
  readonly kind: SightingKind;
  readonly line: number;
}

/** Every sighting in a program, in source order. */
export function findSightings(program: SyntaxNode, lineAt: (offset: number) => number): readonly Sighting[] {
  const found: Sighting[] = [];
  const kinds = Object.keys(detectors) as SightingKind[];
  walkSyntax(program, (node, ancestors) => {
    for (const kind of kinds) {
      if (detectors[kind](node, ancestors.at(-1))) found.push({ kind, line: lineAt(node.start) });
    }
  });
  return found;
}

const testWords = new Set(["test", "it", "describe", "suite", "bench"]);
const offSwitches = new Set(["skip", "only", "todo", "fails", "skipIf", "runIf"]);
const clockAndChance = new Set(["Date.now", "Math.random", "performance.now", "crypto.randomUUID"]);
const reachingGlobals = new Set(["fetch", "process", "setTimeout", "setInterval", "WebSocket", "Worker"]);

type Detector = (node: SyntaxNode, parent: SyntaxNode | undefined) => boolean;

const detectors: Readonly<Record<SightingKind, Detector>> = {
  any: (node) => node.type === "TSAnyKeyword",
  "non-null": (node) => node.type === "TSNonNullExpression" || node["definite"] === true,
  "default-export": (node) => node.type === "ExportDefaultDeclaration" || exportsTheNameDefault(node),
  "process-env": (node) => memberPath(node) === "process.env" || importsEnv(node),
  console: (node, parent) => isGlobalUse(node, parent) && identifierName(node) === "console",
  "reaching-out": (node, parent) =>
    (isGlobalUse(node, parent) && reachingGlobals.has(identifierName(node) ?? "")) || asksClockOrChance(node),
  "test-switched-off": (node) => isSwitchedOff(memberPath(node)),
};

function exportsTheNameDefault(node: SyntaxNode): boolean {
  const exported = node.type === "ExportSpecifier" ? childIn(node, "exported") : undefined;
  return (identifierName(exported) ?? literalText(exported)) === "default";
}

function importsEnv(node: SyntaxNode): boolean {
  if (node.type !== "ImportDeclaration") return false;
  if (!["process", "node:process"].includes(literalText(childIn(node, "source")) ?? "")) return false;
  return nodesIn(node["specifiers"]).some(
    (specifier) => specifier.type !== "ImportSpecifier" || identifierName(childIn(specifier, "imported")) === "env",
  );
}

/** A name that is read as a value: not a property, a key, a parameter's type or an import. */
function isGlobalUse(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (node.type !== "Identifier" || parent === undefined) return false;
  if (parent.type === "MemberExpression") return childIn(parent, "object") === node;
  return ["CallExpression", "NewExpression", "VariableDeclarator", "AssignmentExpression"].includes(parent.type)
    ? childIn(parent, "id") !== node
    : false;
}

function asksClockOrChance(node: SyntaxNode): boolean {
  if (clockAndChance.has(memberPath(node) ?? "")) return true;
  const isNow = node.type === "NewExpression" && nodesIn(node["arguments"]).length === 0;
  return isNow && identifierName(childIn(node, "callee")) === "Date";
}

function isSwitchedOff(path: string | undefined): boolean {
  const [owner, member] = path?.split(".") ?? [];
  return testWords.has(owner ?? "") && offSwitches.has(member ?? "");
}
