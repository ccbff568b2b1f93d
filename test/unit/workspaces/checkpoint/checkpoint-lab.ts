import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { newId } from "../../../../src/lib/new-id.ts";
import type {
  Checkpoint,
  NewCheckpoint,
  UndoReport,
  UndoRequest,
  WorkspaceTree,
} from "../../../../src/protocol/checkpoint.ts";
import type { ToolIntent } from "../../../../src/protocol/tool.ts";
import { CheckpointBook } from "../../../../src/workspaces/checkpoint/checkpoint-book.ts";
import { ContentSeal } from "../../../../src/workspaces/checkpoint/content-seal.ts";
import { SnapshotStore } from "../../../../src/workspaces/checkpoint/snapshot-store.ts";
import { usualLimits, type SnapshotLimits } from "../../../../src/workspaces/checkpoint/take-snapshot.ts";
import { undoFiles } from "../../../../src/workspaces/checkpoint/undo-files.ts";
import { createLocalTree } from "../../../../src/workspaces/local/local-tree.ts";
import { resolveAnywhere } from "../../../../src/workspaces/local/resolve-anywhere.ts";

export type LabOptions = {
  readonly limits?: Partial<SnapshotLimits>;
  readonly mode?: "auto" | "required";
  readonly tree?: (tree: WorkspaceTree) => WorkspaceTree;
};

export type Done = { readonly notice: string | undefined; readonly told: string; readonly refused?: string };

const never = new AbortController().signal;

/** A folder with checkpoints, whose rows are a list; calls are functions. */
export class CheckpointLab implements Disposable {
  readonly #parent = realpathSync(mkdtempSync(join(tmpdir(), "hermes-checkpoint-")));
  readonly root = join(this.#parent, "root");
  readonly storeFolder = join(this.#parent, "store");
  /** Newest first. */
  rows: readonly Checkpoint[] = [];
  readonly #options: LabOptions;
  #book: CheckpointBook | undefined;

  constructor(options: LabOptions = {}) {
    this.#options = options;
    mkdirSync(this.root);
  }

  /** As a new process would see it. */
  get store(): SnapshotStore {
    return new SnapshotStore(this.storeFolder, new ContentSeal(Buffer.alloc(32, 7)));
  }

  /** The next call is the first one of another process. */
  restart(): void {
    this.#book = undefined;
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  run(act: () => void, change: Partial<ToolIntent> = {}): Promise<Done> {
    return this.call({ effect: "execute", subject: "do it", paths: [], ...change }, act);
  }

  async call(intent: ToolIntent, act: () => void): Promise<Done> {
    this.#book ??= new CheckpointBook({ ...this.#parts(), runId: "r1", mode: this.#options.mode ?? "auto" });
    const protection = await this.#book.protect({ callId: newId(), tool: "tool", intent, input: {} }, never);
    if ("refused" in protection) return { notice: undefined, told: "", refused: protection.refused };
    act();
    return { notice: protection.notice, told: await protection.ended() };
  }

  undo(change: Partial<UndoRequest> = {}, through = (tree: WorkspaceTree) => tree): Promise<UndoReport> {
    const request = { target: { last: true }, onConflict: "stop", ...change } as const;
    const tree = through(createLocalTree({ root: this.root, ownFolders: [] }));
    return undoFiles({ ...this.#parts(), tree }, request, never);
  }

  [Symbol.dispose](): void {
    rmSync(this.#parent, { recursive: true, force: true });
  }

  #parts() {
    const tree = createLocalTree({ root: this.root, ownFolders: [] });
    return {
      sessionId: "s1",
      tree: this.#options.tree?.(tree) ?? tree,
      store: this.store,
      workspace: { resolve: (path: string) => resolveAnywhere(join(this.root, path)) },
      ledger: {
        openCheckpoint: async (row: NewCheckpoint) => {
          const at = Date.now();
          this.rows = [{ ...row, after: undefined, changedFiles: undefined, at }, ...this.rows];
        },
        closeCheckpoint: async (id: string, end: { readonly after: string; readonly changedFiles: number }) => {
          this.rows = this.rows.map((row) => (row.id === id ? { ...row, ...end } : row));
        },
        checkpoints: async () => this.rows,
      },
      limits: { ...usualLimits, ...this.#options.limits },
      newId,
    };
  }
}
