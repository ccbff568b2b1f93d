import { mkdir, readdir, stat, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isMissing } from "./file-problem.ts";
import { isRecordedAlive } from "./is-recorded-alive.ts";
import { readKeptFile } from "./read-kept-file.ts";

const folderName = "open-jobs";

/** A job in the background that ended, or was lost, and of which nobody has told the person. */
export type EndedJob = {
  readonly sessionId: string;
  readonly id: string;
  readonly command: string;
  /** `undefined` when it was lost. */
  readonly exitCode: number | undefined;
};

/** Remembers beside all session folders that this one has a job whose end the person is to hear of. */
export async function markOpenJob(sessionFolder: string, id: string): Promise<void> {
  const folder = join(dirname(sessionFolder), folderName);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, `${basename(sessionFolder)}.${id}`), "");
}

/** The person need not hear of it any more. */
export async function unmarkOpenJob(sessionFolder: string, id: string): Promise<void> {
  await isRemovedByUs(join(dirname(sessionFolder), folderName, `${basename(sessionFolder)}.${id}`));
}

/** Every end in these session folders that was not told: each is returned once, to one process. */
export async function takeEndedJobs(sessionFolders: string): Promise<readonly EndedJob[]> {
  const folder = join(sessionFolders, folderName);
  const ended: EndedJob[] = [];
  for (const mark of await namesIn(folder)) {
    const [sessionId = "", id = ""] = mark.split(".");
    const file = join(sessionFolders, sessionId, "jobs", id);
    const command = await readKeptFile(`${file}.cmd`);
    const code = await readKeptFile(`${file}.rc`);
    if (command === undefined && (await isYoung(join(folder, mark)))) continue;
    if (command !== undefined && code === undefined && (await isRecordedAlive(`${file}.pid`))) continue;
    if (!(await isRemovedByUs(join(folder, mark))) || command === undefined) continue;
    ended.push({ sessionId, id, command, exitCode: code === undefined ? undefined : Number(code) });
  }
  return ended;
}

/** Marked, and perhaps about to begin. */
async function isYoung(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined); // gone meanwhile: not ours to tell
  return found === undefined || Date.now() - found.mtimeMs < 60_000;
}

async function isRemovedByUs(file: string): Promise<boolean> {
  try {
    await unlink(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
