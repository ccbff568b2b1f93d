import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../src/lib/new-id.ts";
import { ContentSeal } from "../src/workspaces/checkpoint/content-seal.ts";
import { SnapshotStore } from "../src/workspaces/checkpoint/snapshot-store.ts";
import type { Snapshot } from "../src/workspaces/checkpoint/snapshot.ts";
import { takeSnapshot, usualLimits } from "../src/workspaces/checkpoint/take-snapshot.ts";
import { createLocalTree } from "../src/workspaces/local/local-tree.ts";
import { median } from "./measure-command.ts";

const folders = 300;
const filesInEach = 50;
const rounds = 9;

export type CheckpointTimes = { readonly listMs: number; readonly firstMs: number; readonly nextMs: number };

/** 15,000 files of about 2 kB: listing them, keeping them for the first time, and again when nothing changed. */
export async function measureCheckpoint(parent: string): Promise<CheckpointTimes> {
  const root = join(parent, "tree");
  fill(root);
  const tree = createLocalTree({ root, ownFolders: [] });
  const store = new SnapshotStore(join(parent, "checkpoints"), new ContentSeal(randomBytes(32)));
  const never = new AbortController().signal;
  const take = (previous: Snapshot | undefined): Promise<Snapshot | undefined> =>
    takeSnapshot({ tree, store, previous, limits: usualLimits, newId }, never);
  const [firstMs, first] = await timed(() => take(undefined));
  let newest = await take(first); // files that were made just before the first one are read twice
  const [lists, nexts]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    lists.push((await timed(() => tree.list(usualLimits, never)))[0]);
    const [ms, snapshot] = await timed(() => take(newest));
    nexts.push(ms);
    newest = snapshot;
  }
  return { listMs: median(lists), firstMs, nextMs: median(nexts) };
}

function fill(root: string): void {
  for (let folder = 0; folder < folders; folder++) {
    const path = join(root, `group${folder % 20}`, `folder${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < filesInEach; file++) {
      writeFileSync(join(path, `file${file}.ts`), `line ${folder} ${file}\n`.repeat(140));
    }
  }
}

async function timed<Result>(work: () => Promise<Result>): Promise<readonly [number, Result]> {
  const began = performance.now();
  const result = await work();
  return [performance.now() - began, result];
}
