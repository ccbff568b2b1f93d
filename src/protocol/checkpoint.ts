import type { Json } from "./json.ts";
import type { ToolIntent } from "./tool.ts";

/**
 * One name in a tree. `target` is where a link points, exactly as it is written in the link. Times in milliseconds since
 * the Unix epoch; `inode` and `changedMs` only serve to see that something changed.
 */
export type TreeEntry = {
  readonly kind: "file" | "folder" | "link" | "other";
  /** Permission bits, with set-uid, set-gid and sticky. */
  readonly mode: number;
  readonly size: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
  readonly inode: number;
  readonly userId: number;
  readonly groupId: number;
  readonly target?: string;
};

/** What a listing or a checkpoint does not have, and why; `path` is relative to the root. */
export type LeftOut = {
  readonly path: string;
  readonly why: "rebuildable" | "too-large" | "too-much" | "unreadable" | "other-device" | "bad-name";
};

export type TreeListing = {
  /** By path relative to the root; `""` is the root itself. Parents stand before their children. */
  readonly entries: ReadonlyMap<string, TreeEntry>;
  readonly leftOut: readonly LeftOut[];
  /** `false` when there are more names than a checkpoint takes: then `entries` is of no use. */
  readonly isWhole: boolean;
};

/** One act of a restoration. `seen` is what is there now: when it is something else by then, the step is not done. */
export type TreeStep = { readonly path: string; readonly seen: TreeEntry | undefined } & (
  | { readonly act: "remove" }
  | { readonly act: "make"; readonly entry: TreeEntry; readonly bytes?: () => Uint8Array }
);

/** `isPassing`: the same step may succeed later, when the disk has room or a file is left alone. */
export type StepProblem = { readonly path: string; readonly why: string; readonly isPassing?: true };

/**
 * The files of a place as a whole: all that checkpoints need of a backend. Symbolic links are never followed, and
 * nothing outside the root is read or written.
 */
export interface WorkspaceTree {
  readonly root: string;
  /** Everything below the root, or only `paths` (relative) with the folders above them. A missing root lists nothing. */
  list(
    options: { readonly paths?: readonly string[]; readonly maxEntries: number },
    signal: AbortSignal,
  ): Promise<TreeListing>;
  /** What can be read of these files, each with what it was when it was read; the others are passed over. */
  read(
    paths: readonly string[],
    signal: AbortSignal,
  ): AsyncIterable<{ readonly path: string; readonly entry: TreeEntry; readonly bytes: Uint8Array }>;
  /** Each step whole or not at all, in their order; a folder is removed only when it is empty. Makes a missing root. */
  change(steps: readonly TreeStep[]): Promise<readonly StepProblem[]>;
}

/** What the store of the ledger keeps of a checkpoint; the contents are kept beside it. */
export type Checkpoint = {
  readonly id: string;
  readonly sessionId: string;
  readonly runId: string | undefined;
  readonly callId: string | undefined;
  /** `undo`: what an undo changed, so that it can be undone itself. */
  readonly kind: "call" | "undo";
  readonly root: string;
  /** What was about to happen, for a person to recognise. */
  readonly label: string;
  /** Name of the snapshot before it. */
  readonly before: string;
  /** Name of the snapshot after it; `undefined` while it goes on, and when nobody saw its end. */
  readonly after: string | undefined;
  readonly changedFiles: number | undefined;
  /** Ids of the checkpoints that an undo took back. */
  readonly undoes: readonly string[];
  readonly at: number;
};

export type NewCheckpoint = Omit<Checkpoint, "after" | "changedFiles" | "at">;

/** How many turns and how many file changes alone a person took back since the newest message the model was shown. */
export type TakenBack = { readonly turns: number; readonly fileUndos: number };

export type ProtectedCall = {
  readonly callId: string;
  readonly tool: string;
  readonly intent: ToolIntent;
  readonly input: Json;
};

/** The state before a call, kept. */
export type Protection = {
  /** For the person: what is not protected, when that is news. */
  readonly notice: string | undefined;
  /**
   * To be called when the call has ended. Returns what the model is told with the result: the names of what changed,
   * bounded, or that there is no way back; empty when there is nothing to say.
   */
  ended(): Promise<string>;
};

export interface Checkpoints {
  /**
   * Resolves when the state before the call is kept and recorded. `refused`: it could not be, and the settings say that
   * nothing may run without; the sentence says why. Rejects only when `signal` aborts.
   */
  protect(call: ProtectedCall, signal: AbortSignal): Promise<Protection | { readonly refused: string }>;
}

export type UndoRequest = {
  /** The last call that changed files; every call of a run; or everything since (and with) a checkpoint. */
  readonly target: { readonly last: true } | { readonly runId: string } | { readonly since: string };
  /** What to do with files that were changed since: stop and name them, overwrite them, or leave them as they are. */
  readonly onConflict: "stop" | "overwrite" | "keep";
};

export type UndoReport = {
  /** `unfinished`: some of it is done; asked again, it goes on with the rest. */
  readonly status: "undone" | "unfinished" | "conflict" | "nothing";
  /** What was taken back: the labels of the calls, newest first. */
  readonly labels: readonly string[];
  /** The checkpoint of this undo, by which it can be taken back; absent when nothing changed. */
  readonly checkpointId?: string;
  readonly restored: readonly string[];
  readonly removed: readonly string[];
  /** Changed by somebody else since: not touched unless `overwrite`. */
  readonly conflicts: readonly StepProblem[];
  /** What could not be brought back, and why. */
  readonly lost: readonly StepProblem[];
};
