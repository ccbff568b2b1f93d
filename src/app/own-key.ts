import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AgentError } from "../protocol/agent-error.ts";
import { writeWhole } from "../secrets/write-whole.ts";
import type { Environment } from "./config/environment.ts";
import { keyFolder } from "./home.ts";

const keyBytes = 32;

/** A key of this user for one use, made when it is first wanted; outside the home. Throws `file-failed` when it cannot be kept. */
export function ownKey(environment: Environment, use: string): Uint8Array {
  const path = join(keyFolder(environment), `${use}.key`);
  const key = keyAt(path) ?? madeAt(path);
  if (key.length === keyBytes) return key;
  throw new AgentError("file-failed", `The key ${path} is damaged; bring it back, or remove it to begin anew.`);
}

function keyAt(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // made now; what stands in the way of that is told
  }
}

/** Of several processes that make it at once all get the same. */
function madeAt(path: string): Uint8Array {
  const beside = `${path}.${process.pid}`;
  try {
    writeWhole(beside, randomBytes(keyBytes));
    try {
      linkSync(beside, path);
    } catch {
      // another process was first, which the reading shows
    }
    rmSync(beside, { force: true });
    return readFileSync(path);
  } catch (cause) {
    throw new AgentError("file-failed", `The key ${path} cannot be kept; make its folder writable.`, { cause });
  }
}
