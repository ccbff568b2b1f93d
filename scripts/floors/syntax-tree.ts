import { visitorKeys } from "oxc-parser";

/** One node of the parser's tree; `start` and `end` are offsets into the text. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Calls `visit` for every node, parents first; `ancestors` holds the nodes above it, the nearest last. */
export function walkSyntax(
  root: SyntaxNode,
  visit: (node: SyntaxNode, ancestors: readonly SyntaxNode[]) => void,
  ancestors: readonly SyntaxNode[] = [],
): void {
  visit(root, ancestors);
  const above = [...ancestors, root];
  for (const child of childrenOf(root)) walkSyntax(child, visit, above);
}

/** The direct children, in source order. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return (visitorKeys[node.type] ?? []).flatMap((field) => nodesIn(node[field]));
}

/** The child in `field`, `undefined` when there is none. */
export function childIn(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return nodesIn(node[field])[0];
}

/** The nodes in a field that holds one node, a list with gaps, or nothing. */
export function nodesIn(value: unknown): readonly SyntaxNode[] {
  if (Array.isArray(value)) return value.filter(isNode);
  return isNode(value) ? [value] : [];
}

/** The text of an identifier, `undefined` for any other node. */
export function identifierName(node: SyntaxNode | undefined): string | undefined {
  const name = node?.type === "Identifier" ? node["name"] : undefined;
  return typeof name === "string" ? name : undefined;
}

/** The value of a string literal, `undefined` for any other node. */
export function literalText(node: SyntaxNode | undefined): string | undefined {
  const value = node?.type === "Literal" ? node["value"] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** `a.b` or `a["b"]` as `a.b`; `undefined` when it is not a plain member of a plain name. */
export function memberPath(node: SyntaxNode | undefined): string | undefined {
  if (node?.type !== "MemberExpression") return undefined;
  const owner = identifierName(childIn(node, "object"));
  const property = childIn(node, "property");
  const member = identifierName(property) ?? literalText(property);
  return owner === undefined || member === undefined ? undefined : `${owner}.${member}`;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
