import { builtinModules } from "node:module";
import { findCircles } from "./find-circles.ts";
import { entries, roomOf, roomsBelow } from "./floor-map.ts";
import type { ImportFact, ModuleFacts } from "./module-facts.ts";
import { type Breach, type Rule, ruleForEachModule } from "./rule.ts";
import type { SourceTree } from "./source-tree.ts";

export const rulesOfImports: readonly Rule[] = [
  ruleForEachModule("import-floors", (module) => {
    const room = roomOf(module.path);
    if (room === undefined) return [];
    return module.imports.flatMap((fact) => floorBreach(room, fact));
  }),
  { name: "import-circle", check: circles },
  { name: "orphan", check: orphans },
  ruleForEachModule("known-room", (module) => {
    const room = roomOf(module.path);
    if (room === undefined || roomsBelow.has(room)) return [];
    return [{ line: 1, message: `src/${room} is no room; put the file into one, or draw the room in floor-map.ts.` }];
  }),
  ruleForEachModule("pure-room", (module) => {
    const room = roomOf(module.path);
    if (room !== "agent" && room !== "protocol") return [];
    const outside = module.imports.filter((fact) => fact.target === undefined);
    const reaching = module.sightings.filter((sighting) => sighting.kind === "reaching-out");
    return [
      ...outside.map(({ line, specifier }) => ({
        line,
        message: `${room}/ is pure and may not import "${specifier}"; take what it gives as a parameter.`,
      })),
      ...reaching.map(({ line }) => ({
        line,
        message: `${room}/ is pure and may not touch the clock, chance, the network or the process; have it passed in.`,
      })),
    ];
  }),
  ruleForEachModule("sql-in-store", (module) => {
    if (roomOf(module.path) === "store" || roomOf(module.path) === undefined) return [];
    return module.imports
      .filter((fact) => fact.specifier === "node:sqlite")
      .map(({ line }) => ({ line, message: "SQL lives in store/ alone; ask an interface that store/ implements." }));
  }),
  ruleForEachModule("node-prefix", (module) =>
    module.imports
      .filter((fact) => builtinModules.includes(fact.specifier) && !fact.specifier.startsWith("node:"))
      .map(({ line, specifier }) => ({
        line,
        message: `Write "node:${specifier}", so that a builtin is seen as one.`,
      })),
  ),
];

function floorBreach(room: string, fact: ImportFact): readonly { line: number; message: string }[] {
  if (fact.target === undefined) return [];
  const targetRoom = roomOf(fact.target);
  if (targetRoom === undefined)
    return [{ line: fact.line, message: `src/ may not import ${fact.target}; it is not shipped.` }];
  // A room that is not on the map is what `known-room` speaks of.
  if (targetRoom === room || !roomsBelow.has(targetRoom)) return [];
  const allowed = roomsBelow.get(room) ?? [];
  if (allowed.includes(targetRoom)) return [];
  const may = allowed.length === 0 ? "nothing outside itself" : `only ${allowed.join(", ")}`;
  return [{ line: fact.line, message: `${room} may import ${may}, not ${targetRoom}; meet as a type in protocol/.` }];
}

function circles(tree: SourceTree): readonly Breach[] {
  return findCircles(tree.modules).map((circle) => ({
    path: circle[0] ?? "",
    line: 1,
    message: `These files import each other in a circle: ${circle.join(" → ")}; move what they share below them.`,
  }));
}

function orphans(tree: SourceTree): readonly Breach[] {
  const source = tree.modules.filter((module) => roomOf(module.path) !== undefined);
  const reached = reachable(source);
  return source
    .filter((module) => !reached.has(module.path))
    .map(({ path }) => ({
      path,
      line: 1,
      message: "Nothing reaches this file from src/main.ts; use it or delete it.",
    }));
}

function reachable(modules: readonly ModuleFacts[]): ReadonlySet<string> {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const isEntry = (path: string): boolean =>
    entries.some((entry) => path === entry || (entry.endsWith("/") && path.startsWith(entry)));
  const reached = new Set<string>();
  const waiting = modules.filter((module) => isEntry(module.path));
  for (let module = waiting.pop(); module !== undefined; module = waiting.pop()) {
    if (reached.has(module.path)) continue;
    reached.add(module.path);
    for (const { target } of module.imports) {
      const next = target === undefined ? undefined : byPath.get(target);
      if (next !== undefined) waiting.push(next);
    }
  }
  return reached;
}
