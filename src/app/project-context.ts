import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const names = ["AGENTS.md", "HERMES.md", "CLAUDE.md", ".cursorrules"];
const maxFileCharacters = 12_000;
const maxFolders = 30;

/**
 * What people left for agents, from the top of the repository down to `root`; in each folder the first of the known
 * names. A folder outside any repository counts alone. Long files are cut, and say so. What cannot be read is left
 * out, and so is a link that leads out: a repository of somebody else must not choose which of your files is sent.
 */
export function projectContext(root: string): readonly { readonly path: string; readonly text: string }[] {
  const folders = foldersUpToRepository(root);
  const top = withoutLinks(folders[0] ?? root);
  return folders.flatMap((folder) => {
    const found = names.map((name) => join(folder, name)).find((path) => isFileIn(top, path));
    const text = found === undefined ? undefined : readBounded(found);
    return found === undefined || text === undefined ? [] : [{ path: relative(root, found) || found, text }];
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

function readBounded(path: string): string | undefined {
  try {
    const text = readFileSync(path, "utf8");
    if (text.length <= maxFileCharacters) return text.trim();
    return `${text.slice(0, maxFileCharacters)}\n[cut here: the file has ${text.length} characters; read_file shows the rest]`;
  } catch {
    return undefined; // somebody else's file
  }
}

function isFileIn(top: string | undefined, path: string): boolean {
  const real = withoutLinks(path);
  if (top === undefined || real === undefined) return false;
  return real.startsWith(top === "/" ? top : `${top}/`) && statSync(real).isFile();
}

/** `undefined` when nothing is there, or its links lead in a circle. */
function withoutLinks(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // most folders have no such file
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
