import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { isMissing, systemCodeOf } from "./file-problem.ts";

const mostBytes = 256 * 1024; // what is kept of a job is a command of 128 kB at most, or a line

/**
 * The text of a file in a session folder, where commands can write too: no link is followed, nothing but a plain file
 * is read, and nothing waits. `undefined` when there is no such file.
 */
export async function readKeptFile(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch (error) {
    if (isMissing(error) || ["ELOOP", "ENXIO", "EISDIR"].includes(systemCodeOf(error))) return undefined;
    throw error;
  }
}
