/** One breach for every rule: files laid over the clean tree, so that exactly this rule has something to say. */
export interface Plant {
  readonly files: Readonly<Record<string, string>>;
  /** The file that the rule must name. */
  readonly at: string;
}

/** A small house without a breach. */
export const cleanFiles: Readonly<Record<string, string>> = {
  "src/main.ts": `await import("./cli/run.ts");\n`,
  "src/cli/README.md": "# cli/\n",
  "src/cli/run.ts": `import { compose } from "../app/compose.ts";\nconsole.log(compose());\n`,
  "src/app/README.md": "# app/\n",
  "src/app/compose.ts": `import { start } from "../store/start.ts";\nexport const compose = () => start();\n`,
  "src/store/README.md": "# store/\n",
  "src/store/start.ts": `import { DatabaseSync } from "node:sqlite";\nexport const start = () => new DatabaseSync(":memory:");\nexport const worker = new URL("./search-worker.ts", import.meta.url);\n`,
  "src/store/search-worker.ts": `import type { Run } from "../protocol/run.ts";\nexport const runs: Run[] = [];\n`,
  "src/protocol/README.md": "# protocol/\n",
  "src/protocol/run.ts": "export interface Run { readonly id: string }\n",
};

/** `source` in a file of `room` that the program reaches. */
function inRoom(room: string, source: string): Plant {
  const at = `src/${room}/planted.ts`;
  return {
    at,
    files: {
      [at]: source,
      [`src/${room}/README.md`]: `# ${room}/\n`,
      "src/app/compose.ts": `${cleanFiles["src/app/compose.ts"]}import "../${room}/planted.ts";\n`,
    },
  };
}

const statements = (count: number): string => "  work();\n".repeat(count);

export const plants: Readonly<Record<string, Plant>> = {
  "import-floors": inRoom("store", `import type { X } from "../policy/x.ts";\nexport type Y = X;\n`),
  "import-circle": {
    at: "src/store/planted.ts",
    files: {
      "src/store/planted.ts": `import type { B } from "./start.ts";\nexport type A = B;\n`,
      "src/store/start.ts": `${cleanFiles["src/store/start.ts"]}export type { A } from "./planted.ts";\nexport type B = 1;\n`,
    },
  },
  orphan: { at: "src/store/planted.ts", files: { "src/store/planted.ts": "export const alone = 1;\n" } },
  "known-room": inRoom("cellar", "export const a = 1;\n"),
  "pure-room": inRoom("agent", `import { readFile } from "node:fs/promises";\nexport const read = readFile;\n`),
  "sql-in-store": inRoom(
    "recall",
    `import { DatabaseSync } from "node:sqlite";\nexport const database = DatabaseSync;\n`,
  ),
  "node-prefix": inRoom("lib", `import { readFile } from "fs";\nexport const read = readFile;\n`),
  syntax: inRoom("lib", "export const = 1;\n"),
  "file-length": inRoom("lib", statements(401)),
  "function-length": inRoom("lib", `export function long(work: () => void): void {\n${statements(59)}}\n`),
  complexity: inRoom("lib", `export const wide = (a: number): boolean => ${Array(13).fill("a > 1").join(" || ")};\n`),
  parameters: inRoom("lib", "export const many = (a: 1, b: 1, c: 1, d: 1) => [a, b, c, d];\n"),
  "no-any": inRoom("lib", "export const loose = (a: any) => a as string;\n"),
  "no-non-null": inRoom("lib", "export const sure = (a?: string) => a!.length;\n"),
  "no-default-export": inRoom("lib", "const a = 1;\nexport { a as default };\nexport const b = a;\n"),
  "env-in-one-place": inRoom("lib", `export const home = process.env["HOME"];\n`),
  "console-in-cli": inRoom("lib", `export const shout = () => console.error("!");\n`),
  "test-switched-off": {
    at: "test/a.test.ts",
    files: { "test/a.test.ts": `import { test } from "vitest";\ntest.only("a", () => {});\n` },
  },
  barrel: inRoom("store", `export { start } from "./start.ts";\n`),
  "kebab-case": { at: "test/CamelCase.ts", files: { "test/CamelCase.ts": "export const a = 1;\n" } },
  "vague-name": { at: "test/session-manager.ts", files: { "test/session-manager.ts": "export const a = 1;\n" } },
  "room-readme": { at: "src/store/README.md", files: { "src/store/README.md": "line\n".repeat(21) } },
  "suppression-reason": inRoom("lib", "// @ts-expect-error\nexport const a: string = 1;\n"),
  "issue-number": inRoom("lib", "// works around issue #12\nexport const a = 1;\n"),
  banner: inRoom("lib", `// ${"=".repeat(20)} part two\nexport const a = 1;\n`),
  "machine-path": { at: "AGENTS.md", files: { "AGENTS.md": "Run it in /srv/clone/src.\n" } },
};
