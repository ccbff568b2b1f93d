import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { isMissing, systemCodeOf } from "./file-problem.ts";

/** As the shell would find it: a word with a slash is a path, any other is looked for in `path`. Links are resolved. */
export async function findProgram(
  word: string,
  { path, folder }: { readonly path: string; readonly folder: string },
): Promise<string | undefined> {
  if (word.includes("/")) return runnable(word.startsWith("/") ? word : `${folder}/${word}`);
  for (const entry of path.split(":")) {
    const found = entry === "" ? undefined : await runnable(`${entry}/${word}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function runnable(file: string): Promise<string | undefined> {
  try {
    if (!(await stat(file)).isFile()) return undefined;
    await access(file, constants.X_OK);
    return await realpath(file);
  } catch (error) {
    if (isMissing(error) || systemCodeOf(error) === "EACCES") return undefined;
    throw error;
  }
}
