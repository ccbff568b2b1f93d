import { memoryName } from "../session/memory-name.ts";

/** Where what must be on no disk is kept: of one session, or of all sessions of this user. */
export function memoryFolder(sessionFolder?: string): string {
  const all = `/dev/shm/hermes-${process.geteuid?.() ?? ""}`;
  return sessionFolder === undefined ? all : `${all}/${memoryName(sessionFolder)}`;
}
