import { AgentError } from "../protocol/agent-error.ts";

/** Held by another process for the moment · cannot be read or written · anything else: a defect or bad data. */
export type StoreFault = "busy" | "lost" | "other";

// primary result codes of SQLite; the upper bytes of an extended code only say where it happened
const busyCodes: ReadonlySet<number> = new Set([5, 6]); // BUSY, LOCKED
const lostCodes: ReadonlySet<number> = new Set([3, 8, 10, 11, 13, 14, 26]); // PERM READONLY IOERR CORRUPT FULL CANTOPEN NOTADB
const damagedCodes: ReadonlySet<number> = new Set([11, 26]); // CORRUPT NOTADB
const primaryCode = 0xff;

export function faultOf(error: unknown): StoreFault {
  const code = sqliteCode(error);
  if (code === undefined) return "other";
  if (busyCodes.has(code & primaryCode)) return "busy";
  return lostCodes.has(code & primaryCode) ? "lost" : "other";
}

/** The same error in the closed list's words; an `AgentError` passes as it is. */
export function asAgentError(error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  const text = error instanceof Error ? error.message : String(error);
  switch (faultOf(error)) {
    case "busy":
      return storeBusy(error);
    case "lost":
      return storeLost(text, error);
    case "other":
      return new AgentError("bad-data", `The store refused a value: ${text}.`, { cause: error });
  }
}

export function storeBusy(cause: unknown): AgentError {
  const text = "Another process holds the store; try again, or end the process that keeps it.";
  return new AgentError("store-busy", text, { retryable: true, cause });
}

export function storeLost(reason: string, cause: unknown): AgentError {
  const isDamaged = damagedCodes.has((sqliteCode(cause) ?? 0) & primaryCode);
  const fix = isDamaged
    ? "move hermes.db and the files beside it away and bring a backup back"
    : "free disk space or make its folder writable, then try again";
  const text = `The store cannot be used (${reason}); ${fix}.`;
  return new AgentError("store-lost", text, { retryable: true, cause });
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}
