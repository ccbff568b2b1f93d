import { isBuiltin } from "node:module";

/** What is never bundled: vendors' kits for services we speak to by ourselves, and the optional parts. */
export const leftOut: readonly RegExp[] = [
  /^@aws-sdk\//,
  /^@smithy\//,
  /^@google\//,
  /^(?:modal|baileys|playwright-core|@lydell\/node-pty)$/,
];

export interface BuiltChunk {
  readonly fileName: string;
  readonly isEntry: boolean;
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
}

/**
 * Imports that would fail on a machine that has only `dist/`: any package that is not left out on purpose,
 * and a left-out one as soon as the program could meet it at its start.
 */
export function strayImports(chunks: readonly BuiltChunk[]): readonly string[] {
  const own = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const atStart = loadedAtStart(own);
  return chunks.flatMap((chunk) => {
    const packages = (names: readonly string[]): readonly string[] =>
      names.filter((name) => !own.has(name) && !isBuiltin(name));
    const unknown = [...packages(chunk.imports), ...packages(chunk.dynamicImports)].filter((name) => !isLeftOut(name));
    const tooEarly = atStart.has(chunk.fileName) ? packages(chunk.imports).filter(isLeftOut) : [];
    return [...unknown, ...tooEarly].map((name) => `${chunk.fileName} imports ${name}`);
  });
}

function isLeftOut(name: string): boolean {
  return leftOut.some((pattern) => pattern.test(name));
}

function loadedAtStart(own: ReadonlyMap<string, BuiltChunk>): ReadonlySet<string> {
  const loaded = new Set<string>();
  const waiting = [...own.values()].filter((chunk) => chunk.isEntry);
  for (let chunk = waiting.pop(); chunk !== undefined; chunk = waiting.pop()) {
    if (loaded.has(chunk.fileName)) continue;
    loaded.add(chunk.fileName);
    for (const name of chunk.imports) {
      const next = own.get(name);
      if (next !== undefined) waiting.push(next);
    }
  }
  return loaded;
}
