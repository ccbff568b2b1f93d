import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isJournalInUse } from "../../store/copy-database.ts";
import type { Home } from "../home.ts";

export type HomeFile = {
  readonly path: string;
  /** In the home that the backup makes, with `/`. */
  readonly name: string;
};

/** Made anew by whoever needs it, only for this machine (what files were has their secrets in it), or only for this moment. */
const leftOut = [
  /^cache(?:\/(?!outputs(?:\/|$))|$)/,
  /^logs(?:\/|$)/,
  /^checkpoints(?:\/|$)/,
  /^hermes\.db/,
  /^reserve\.journal/,
  /\.lock$/,
  /\.(?:new|tmp|sock)$/,
];

/** What belongs to a home besides its database, in the order of names; the secrets only `withSecrets`. */
export async function homeFiles(home: Home, withSecrets: boolean): Promise<readonly HomeFile[]> {
  const entries = await readdir(home.folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, name: relative(home.folder, path).split(sep).join("/") }))
    .filter(({ name }) => !isLeftOut(name) && (withSecrets || name !== "secrets"));
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * What could not be written into the database yet. Taken before the database is copied: what is written in between is in
 * both, and is known by its id. Under names that nobody owns, so that whoever opens the home brings it in.
 */
export async function heldWrites(home: Home): Promise<readonly HomeFile[]> {
  const names = (await readdir(home.folder)).filter((name) => name.startsWith("reserve.journal.")).toSorted();
  return names
    .map((name) => join(home.folder, name))
    .filter((path) => isJournalInUse(path))
    .map((path, index) => ({ path, name: `reserve.journal.restored.${index}` }));
}

function isLeftOut(name: string): boolean {
  if (name.startsWith("cache/")) return !name.startsWith("cache/outputs/");
  return leftOut.some((each) => each.test(name));
}
