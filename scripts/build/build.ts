import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { leftOut, strayImports } from "./stray-imports.ts";
import { plainBuiltins } from "./plain-builtins.ts";
import { publish } from "./publish.ts";
import { workerUrls } from "./worker-urls.ts";

export interface BuildOptions {
  readonly root: string;
  /** Sources changed after this moment are not in the result, and the result's own time says so. */
  readonly startedAt: Date;
}

export interface BuildResult {
  readonly files: number;
  readonly bytes: number;
}

/** Bundles `src/main.ts` and the workers into `dist/`. Throws when a package would be left that nobody installs. */
export async function build({ root, startedAt }: BuildOptions): Promise<BuildResult> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const workers = globSync("src/**/*-worker.ts", { cwd: root });
  await using bundle = await rolldown({
    cwd: root,
    input: ["src/main.ts", ...workers],
    platform: "node",
    external: [...leftOut],
    transform: { target: "node24", define: { HERMES_VERSION: JSON.stringify(version) } },
    plugins: [workerUrls],
    onLog: (level, log) => {
      if (level === "warn") console.error(`build: ${log.message}`);
    },
  });
  const { output } = await bundle.generate({
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    banner: (chunk) => (chunk.isEntry && chunk.name === "main" ? "#!/usr/bin/env node" : ""),
  });
  const chunks = output.filter((file) => file.type === "chunk");
  const stray = strayImports(chunks);
  if (stray.length > 0) throw new Error(`dist/ would need packages that are not in it:\n  ${stray.join("\n  ")}`);
  const files = new Map(chunks.map(({ fileName, code }) => [fileName, plainBuiltins(fileName, code)]));
  publish({ files, directory: join(root, "dist"), startedAt });
  return { files: files.size, bytes: [...files.values()].reduce((total, code) => total + code.length, 0) };
}
