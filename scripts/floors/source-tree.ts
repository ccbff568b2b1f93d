import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModuleFacts } from "./module-facts.ts";
import { readModule } from "./read-module.ts";

/** All that is checked, as values: the rules never touch the disk. */
export interface SourceTree {
  /** The absolute path of the repository, which nothing in it may name. */
  readonly root: string;
  readonly modules: readonly ModuleFacts[];
  /** Every other text that is checked (Markdown, shell): path → content. */
  readonly texts: ReadonlyMap<string, string>;
}

const checkedFolders = ["src", "test", "scripts", "bench", "eval"];
const textFolders = ["docs", "bin", ".ci"];
const textFiles = ["README.md", "AGENTS.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "package.json"];

/** Reads the repository at `root`. Folders that do not exist yet count as empty. */
export function readTree(root: string): SourceTree {
  const files = new Map<string, string>();
  for (const folder of [...checkedFolders, ...textFolders]) {
    for (const path of filesIn(root, folder)) files.set(path, readFileSync(join(root, path), "utf8"));
  }
  for (const path of filesIn(root, ".")) {
    if (textFiles.includes(path)) files.set(path, readFileSync(join(root, path), "utf8"));
  }
  return treeOf(root, files);
}

/** The same from texts in memory: path from the root → content. */
export function treeOf(root: string, files: ReadonlyMap<string, string>): SourceTree {
  const modules: ModuleFacts[] = [];
  const texts = new Map<string, string>();
  for (const [path, text] of files) {
    if (path.endsWith(".ts")) modules.push(readModule(path, text));
    else texts.set(path, text);
  }
  return { root, modules, texts };
}

const checkedEndings = [".ts", ".md", ".sh", "package.json"];

function filesIn(root: string, folder: string): readonly string[] {
  const recursive = folder !== ".";
  const entries = readIfThere(join(root, folder), recursive);
  return entries
    .filter((path) => checkedEndings.some((ending) => path.endsWith(ending)) || !/\.[^/]*$/.test(path))
    .map((path) => (recursive ? `${folder}/${path}` : path))
    .sort();
}

function readIfThere(folder: string, recursive: boolean): readonly string[] {
  try {
    return readdirSync(folder, { recursive, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
