import { accessSync, constants, realpathSync, statSync } from "node:fs";

/**
 * As the shell would find it: a word with a slash is a path, any other is looked for in `path`. Links are resolved.
 * Waits for the disk: a handful of looks that the system has at hand take less than handing them over.
 */
export function findProgram(
  word: string,
  { path, folder }: { readonly path: string; readonly folder: string },
): string | undefined {
  if (word.includes("/")) return runnable(word.startsWith("/") ? word : `${folder}/${word}`);
  for (const entry of path.split(":")) {
    const found = entry === "" ? undefined : runnable(`${entry}/${word}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function runnable(file: string): string | undefined {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
    accessSync(file, constants.X_OK);
    return realpathSync.native(file);
  } catch {
    return undefined; // what this user may not even look at does not run either
  }
}
