import { readdirSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import type { NewId } from "../protocol/clock.ts";
import type { Owner } from "../protocol/run.ts";
import { parseOwner, ownerText } from "./owner-text.ts";
import type { ReserveJournal } from "./reserve-journal.ts";

export type JournalPlace = {
  /** The spare file; each process works in `<path>.<its name>`, so that two never write into one. */
  readonly path: string;
  readonly owner: Owner;
  readonly isAlive: (owner: Owner) => boolean;
  readonly newId: NewId;
};

export type Adopted = { readonly path: string; readonly records: readonly string[] };

// the journal's own code is loaded when there is something to do: most starts have nothing

export async function prepareJournal(place: JournalPlace): Promise<ReserveJournal> {
  const { ReserveJournal } = await import("./reserve-journal.ts");
  return ReserveJournal.prepare(place.path, ownName(place));
}

/** Takes over the journals of dead processes. A rename decides between two that try the same. */
export async function adoptJournals(place: JournalPlace): Promise<readonly Adopted[]> {
  const folder = dirname(place.path);
  const prefix = `${basename(place.path)}.`;
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
  const orphans = names.filter((name) => isOrphan(name.slice(prefix.length), place));
  if (orphans.length === 0) return [];
  const { readJournal } = await import("./reserve-journal.ts");
  return orphans.toSorted().flatMap((name) => {
    const path = ownName(place);
    try {
      renameSync(join(folder, name), path);
    } catch {
      return []; // another process adopted it first
    }
    return [{ path, records: readJournal(path) }];
  });
}

function isOrphan(name: string, place: JournalPlace): boolean {
  const owner = ownerOf(name);
  return owner === undefined || !place.isAlive(owner);
}

function ownName(place: JournalPlace): string {
  return `${place.path}.${Buffer.from(ownerText(place.owner)).toString("base64url")}.${place.newId()}`;
}

function ownerOf(name: string): Owner | undefined {
  return parseOwner(Buffer.from(name.split(".")[0] ?? "", "base64url").toString("utf8"));
}
