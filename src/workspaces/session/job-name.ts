import { createHash } from "node:crypto";

/** What a file may be called; any other id goes by its hash. */
export function jobName(id: string): string {
  return /^[\w-]{1,80}$/.test(id) ? id : `x${createHash("sha256").update(id).digest("hex").slice(0, 40)}`;
}
