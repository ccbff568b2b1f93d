import { relative } from "node:path";
import { oneLine } from "../../lib/one-line.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import type { Checkpoints, ProtectedCall, Protection, WorkspaceTree } from "../../protocol/checkpoint.ts";
import type { Ledger } from "../../protocol/ledger.ts";
import type { Workspace } from "../../protocol/workspace.ts";
import { fileProblem } from "../local/file-problem.ts";
import { changedLine, changedPaths } from "./changed-names.ts";
import { compareSnapshots } from "./compare-snapshots.ts";
import { leftOutText } from "./left-out-text.ts";
import { sameContentIn } from "./same-content.ts";
import { newestWhole, type SnapshotStore } from "./snapshot-store.ts";
import type { Snapshot } from "./snapshot.ts";
import { takeSnapshot, type SnapshotLimits } from "./take-snapshot.ts";

const maxLabelCharacters = 200;
/** After a call only what is soon read: the rest is known by its times, and kept by the next checkpoint. */
const afterLimits = { maxFileBytes: 16 * 1024 * 1024, maxNewBytes: 64 * 1024 * 1024, maxMs: 2_000 };
const hurriedMs = 200;

export type BookParts = {
  readonly sessionId: string;
  readonly runId: string;
  readonly tree: WorkspaceTree;
  readonly store: SnapshotStore;
  readonly workspace: Pick<Workspace, "resolve">;
  readonly ledger: Pick<Ledger, "openCheckpoint" | "closeCheckpoint">;
  /** `required`: a call that cannot be protected is refused. */
  readonly mode: "auto" | "required";
  readonly limits: SnapshotLimits;
  readonly newId: () => string;
};

const nothingToDo: Protection = { notice: undefined, ended: () => Promise.resolve("") };

/** The checkpoints of one run: before each call that may change files, and after it. */
export class CheckpointBook implements Checkpoints {
  readonly #parts: BookParts;
  #whole: Snapshot | undefined;
  #isLoaded = false;
  #told: string | undefined;
  #toldUnprotected: string | undefined;
  #isTooLarge = false;

  constructor(parts: BookParts) {
    this.#parts = parts;
  }

  async protect(call: ProtectedCall, signal: AbortSignal): Promise<Protection | { readonly refused: string }> {
    const { effect } = call.intent;
    if (effect !== "write" && effect !== "execute") return nothingToDo;
    try {
      const scope = await this.#scopeOf(call);
      return "outside" in scope ? this.#unprotected(scope.outside) : await this.#open(call, scope.paths, signal);
    } catch (error) {
      signal.throwIfAborted();
      return this.#unprotected(reasonOf(error));
    }
  }

  async #open(
    call: ProtectedCall,
    paths: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<Protection | { readonly refused: string }> {
    const { sessionId, runId, tree, ledger, newId, limits } = this.#parts;
    const isKnownTooLarge = this.#isTooLarge && paths === undefined;
    const before = isKnownTooLarge ? undefined : await this.#snapshot(paths, limits, signal);
    if (before === undefined) return this.#unprotected(`the folder holds more than ${limits.maxEntries} names`);
    const id = newId();
    const label = oneLine(`${call.tool}: ${call.intent.subject}`).slice(0, maxLabelCharacters);
    const row = { id, sessionId, runId, callId: call.callId, kind: "call", root: tree.root, label } as const;
    await ledger.openCheckpoint({ ...row, before: before.id, undoes: [] });
    const isTold = call.intent.effect === "execute";
    return { notice: this.#news(before), ended: () => this.#close({ id, before, call, isTold, signal }) };
  }

  /** An end that cannot be kept leaves the checkpoint open: an undo then asks before it overwrites. */
  async #close({ id, before, call, isTold, signal }: Closing): Promise<string> {
    if (call.intent.goesOn === true) return "";
    const { ledger, store } = this.#parts;
    const maxMs = signal.aborted ? hurriedMs : afterLimits.maxMs;
    const limits = { ...this.#parts.limits, ...afterLimits, maxMs };
    try {
      const after = await this.#snapshot(before.paths, limits, new AbortController().signal);
      if (after === undefined) return "\n[what changed is not known: there are too many files by now]";
      const changes = after.id === before.id ? [] : compareSnapshots(before, after, sameContentIn(store.contents));
      await ledger.closeCheckpoint(id, { after: after.id, changedFiles: changes.length });
      return isTold ? changedLine(changedPaths(changes)) : "";
    } catch (error) {
      return `\n[what changed could not be kept (${reasonOf(error)}): an undo of this call may ask before it overwrites]`;
    }
  }

  async #snapshot(
    paths: readonly string[] | undefined,
    limits: SnapshotLimits,
    signal: AbortSignal,
  ): Promise<Snapshot | undefined> {
    const { tree, store, newId } = this.#parts;
    this.#load();
    const scope = paths === undefined ? {} : { paths };
    const request = { tree, store, previous: this.#whole, limits, newId, ...scope };
    const snapshot = await takeSnapshot(request, signal);
    if (paths !== undefined) return snapshot;
    this.#whole = snapshot;
    this.#isTooLarge = snapshot === undefined;
    return snapshot;
  }

  #load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    this.#whole = newestWhole(this.#parts.store);
    this.#told = leftOutText(this.#whole?.leftOut ?? []);
  }

  /** What is left out is told once, and again when it changes. */
  #news(snapshot: Snapshot): string | undefined {
    if (snapshot.paths !== undefined && snapshot.leftOut.length === 0) return undefined;
    const text = leftOutText(snapshot.leftOut);
    const isNews = text !== this.#told;
    this.#told = text;
    return isNews ? text : undefined;
  }

  async #scopeOf({ intent }: ProtectedCall): Promise<Scope> {
    if (intent.effect !== "write" || intent.paths.length === 0) return { paths: undefined };
    const { workspace, tree } = this.#parts;
    const resolved = await Promise.all(intent.paths.map((path) => workspace.resolve(path)));
    const paths = resolved.map((path) => relative(tree.root, path));
    const outside = resolved.filter((_, index) => /^\.\.(\/|$)/.test(paths[index] ?? "") || paths[index] === "");
    if (outside.length > 0) return { outside: `${outside.join(", ")} is outside the working folder` };
    return { paths };
  }

  #unprotected(why: string): Protection | { readonly refused: string } {
    if (this.#parts.mode === "required") {
      return { refused: `Not run: no checkpoint could be taken (${why}), and checkpoints.mode is "required".` };
    }
    const isNews = why !== this.#toldUnprotected;
    this.#toldUnprotected = why;
    const notice = isNews
      ? `No checkpoint could be taken (${why}): what this call changes cannot be undone.`
      : undefined;
    return { notice, ended: () => Promise.resolve(`\n[no checkpoint could be taken (${why}): this cannot be undone]`) };
  }
}

type Closing = {
  readonly id: string;
  readonly before: Snapshot;
  readonly call: ProtectedCall;
  readonly isTold: boolean;
  readonly signal: AbortSignal;
};

type Scope = { readonly paths: readonly string[] | undefined } | { readonly outside: string };

function reasonOf(error: unknown): string {
  const { message } = error instanceof AgentError ? error : fileProblem("keep", "it", error);
  return message.replace('Cannot keep "it": ', "").replace(/\.$/, "");
}
