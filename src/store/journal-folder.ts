import { readdirSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import type { NewId } from "../protocol/clock.ts";
import type { Owner } from "../protocol/run.ts";
import { parseOwner, ownerText } from "./owner-text.ts";
import { ReserveJournal, readJournal } from "./reserve-journal.ts";

export type JournalPlace = {
  /** The spare file; each process works in `<path>.<its name>`, so that two never write into one. */
  readonly path: string;
  readonly owner: Owner;
  readonly isAlive: (owner: Owner) => boolean;
  readonly newId: NewId;
};

export type Adopted = { readonly path: string; readonly records: readonly string[] };

export function prepareJournal(place: JournalPlace): Promise<ReserveJournal> {
  return ReserveJournal.prepare(place.path, ownName(place));
}

/** Takes over the journals of dead processes. A rename decides between two that try the same. */
export function adoptJournals(place: JournalPlace): readonly Adopted[] {
  const folder = dirname(place.path);
  const prefix = `${basename(place.path)}.`;
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
  return names.toSorted().flatMap((name) => {
    const owner = ownerOf(name.slice(prefix.length));
    if (owner !== undefined && place.isAlive(owner)) return [];
    const path = ownName(place);
    try {
      renameSync(join(folder, name), path);
    } catch {
      return []; // another process adopted it first
    }
    return [{ path, records: readJournal(path) }];
  });
}

function ownName(place: JournalPlace): string {
  return `${place.path}.${Buffer.from(ownerText(place.owner)).toString("base64url")}.${place.newId()}`;
}

function ownerOf(name: string): Owner | undefined {
  return parseOwner(Buffer.from(name.split(".")[0] ?? "", "base64url").toString("utf8"));
}
