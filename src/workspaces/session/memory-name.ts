import { createHash } from "node:crypto";

/** What the folder of this session in `/dev/shm/hermes-<user>/` is called: there lies what must be on no disk. */
export function memoryName(sessionFolder: string): string {
  return createHash("sha256").update(sessionFolder).digest("hex").slice(0, 16);
}
