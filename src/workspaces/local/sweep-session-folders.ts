import { readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecordedAlive } from "./is-recorded-alive.ts";
import { memoryFolder } from "./memory-folder.ts";

export type SweepLimits = {
  readonly maxAgeMs: number;
  readonly maxFolders: number;
  readonly maxBytes: number;
};

const defaultLimits: SweepLimits = { maxAgeMs: 30 * 86_400_000, maxFolders: 200, maxBytes: 1024 ** 3 };
const everyMs = 86_400_000;
const removing = ".removing-";

/** As `sweepSessionFolders`, at most once a day. */
export async function sweepDaily(parent: string, signal: AbortSignal): Promise<void> {
  const mark = join(parent, ".swept");
  const swept = await stat(mark).catch(() => undefined); // never yet
  if (swept !== undefined && Date.now() - swept.mtimeMs < everyMs) return;
  if ((await stat(parent).catch(() => undefined)) === undefined) return; // no command ever ran
  await writeFile(mark, "");
  await utimes(mark, new Date(), new Date());
  await sweepSessionFolders(parent, signal);
}

/**
 * Removes what sessions left that nobody went on with: the oldest first, until age, number and bytes are within limits.
 * Never one with a live job, with an end that the model was not told, or with a live shell.
 */
export async function sweepSessionFolders(
  parent: string,
  signal: AbortSignal,
  limits: SweepLimits = defaultLimits,
): Promise<void> {
  const names = await readdir(parent).catch(() => []); // none was made yet
  const found: Folder[] = [];
  for (const name of names) {
    if (signal.aborted) return;
    const folder = join(parent, name);
    if (name.startsWith(removing)) await rm(folder, { recursive: true, force: true });
    const kept = name.startsWith(".") || name === "open-jobs" ? undefined : await measured(folder);
    if (kept !== undefined) found.push({ ...kept, name });
  }
  let bytes = 0;
  for (const [index, folder] of found.toSorted((left, right) => right.usedAt - left.usedAt).entries()) {
    if (signal.aborted) return;
    bytes += folder.bytes;
    const isOld = Date.now() - folder.usedAt > limits.maxAgeMs;
    if (isOld || index >= limits.maxFolders || bytes > limits.maxBytes) await remove(parent, folder.name);
  }
}

type Folder = { readonly name: string; readonly usedAt: number; readonly bytes: number };

async function measured(folder: string): Promise<Omit<Folder, "name"> | undefined> {
  const files = await Promise.all(
    (await namesOf(folder)).map((name) => stat(join(folder, name)).catch(() => undefined)), // gone meanwhile
  );
  const own = await stat(folder).catch(() => undefined);
  if (own?.isDirectory() !== true) return undefined;
  const times = [own, ...files].map((file) => file?.mtimeMs ?? 0);
  return { usedAt: Math.max(...times), bytes: files.reduce((sum, file) => sum + (file?.size ?? 0), 0) };
}

/** Put aside first, so that a session that goes on at this moment begins anew, and is never half there. */
async function remove(parent: string, name: string): Promise<void> {
  const folder = join(parent, name);
  if (await isNeeded(folder)) return;
  const aside = join(parent, `${removing}${name}`);
  await rename(folder, aside);
  if (await isNeeded(aside)) return rename(aside, folder);
  await rm(aside, { recursive: true, force: true });
  await rm(memoryFolder(folder), { recursive: true, force: true });
}

async function isNeeded(folder: string): Promise<boolean> {
  const names = new Set(await namesOf(folder));
  for (const name of names) {
    const job = name.slice(0, name.lastIndexOf("."));
    if (name.endsWith(".bg") && !names.has(`${job}.told`)) return true;
    const isOpen = name.endsWith(".pid") && !names.has(`${job}.rc`);
    if (isOpen && (await isRecordedAlive(join(folder, name)))) return true;
  }
  return false;
}

/** Of the folder and of its jobs. */
async function namesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []); // gone meanwhile, or not ours
  const jobs = await readdir(join(folder, "jobs")).catch(() => []);
  return [...names.filter((name) => name !== "jobs"), ...jobs.map((name) => join("jobs", name))];
}
