import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const names = ["AGENTS.md", "HERMES.md", "CLAUDE.md", ".cursorrules"];
const maxFileCharacters = 12_000;
const maxFolders = 30;

/**
 * What people left for agents, from the top of the repository down to `root`; in each folder the first of the known
 * names. A folder outside any repository counts alone. Long files are cut, and say so.
 */
export function projectContext(root: string): readonly { readonly path: string; readonly text: string }[] {
  return foldersUpToRepository(root).flatMap((folder) => {
    const found = names.map((name) => join(folder, name)).find((path) => isFile(path));
    return found === undefined ? [] : [{ path: relative(root, found) || found, text: readBounded(found) }];
  });
}

function foldersUpToRepository(root: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = root; folders.length < maxFolders; folder = dirname(folder)) {
    folders.unshift(folder);
    if (isThere(join(folder, ".git"))) return folders;
    if (dirname(folder) === folder) break;
  }
  return [root];
}

function readBounded(path: string): string {
  const text = readFileSync(path, "utf8");
  if (text.length <= maxFileCharacters) return text.trim();
  return `${text.slice(0, maxFileCharacters)}\n[cut here: the file has ${text.length} characters; read_file shows the rest]`;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
