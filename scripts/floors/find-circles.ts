import type { ModuleFacts } from "./module-facts.ts";

/** Groups of files that import each other, directly or in a ring; each group sorted, type imports counted. */
export function findCircles(modules: readonly ModuleFacts[]): readonly (readonly string[])[] {
  const targets = new Map(modules.map((module) => [module.path, targetsOf(module)]));
  const reach = new Map([...targets.keys()].map((path) => [path, reachFrom(path, targets)]));
  const grouped = new Set<string>();
  const circles: string[][] = [];
  for (const [path, reached] of reach) {
    if (grouped.has(path) || !reached.has(path)) continue;
    const circle = [...reached].filter((other) => reach.get(other)?.has(path)).sort();
    for (const member of circle) grouped.add(member);
    circles.push(circle);
  }
  return circles;
}

function targetsOf(module: ModuleFacts): readonly string[] {
  return module.imports.flatMap(({ target }) => (target === undefined ? [] : [target]));
}

/** Everything that `start` imports in one step or more; `start` itself only when a ring leads back. */
function reachFrom(start: string, targets: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...(targets.get(start) ?? [])];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...(targets.get(path) ?? []));
  }
  return reached;
}
