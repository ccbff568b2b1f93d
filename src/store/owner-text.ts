import type { Owner } from "../protocol/run.ts";
import { parseJson } from "./row.ts";

/** One spelling per owner, so that owners are compared as text. */
export function ownerText(owner: Owner): string {
  return JSON.stringify([owner.host, owner.pid, owner.startedAt]);
}

/** `undefined` when the text is no owner: then nobody is there. */
export function parseOwner(text: string): Owner | undefined {
  const value = parseJson(text);
  if (!Array.isArray(value)) return undefined;
  const [host, pid, startedAt]: readonly unknown[] = value;
  if (typeof host !== "string" || typeof pid !== "number" || typeof startedAt !== "string") return undefined;
  return { host, pid, startedAt };
}
