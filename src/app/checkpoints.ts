import { createHash } from "node:crypto";
import { join } from "node:path";
import { newId } from "../lib/new-id.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { Checkpoints, Protection, UndoReport, UndoRequest } from "../protocol/checkpoint.ts";
import type { Ledger } from "../protocol/ledger.ts";
import type { Session } from "../protocol/session.ts";
import type { Workspace } from "../protocol/workspace.ts";
import { resolveAnywhere } from "../workspaces/local/resolve-anywhere.ts";
import type { Environment } from "./config/environment.ts";
import { numberSetting, textSetting, type Settings } from "./config/load-settings.ts";
import { stateFolder, type Home } from "./home.ts";
import { ownKey } from "./own-key.ts";

const megabyte = 1024 * 1024;

export type CheckpointSetting = {
  readonly home: Home;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly ledger: Ledger;
};

/** What an undo in this session works on. The root may be missing: it is made again. */
export async function undoPartsOf({ home, environment, ledger }: CheckpointSetting, session: Session) {
  const [{ createLocalTree }, { SnapshotStore }, { ContentSeal }, { usualLimits: limits }] = await Promise.all([
    import("../workspaces/local/local-tree.ts"),
    import("../workspaces/checkpoint/snapshot-store.ts"),
    import("../workspaces/checkpoint/content-seal.ts"),
    import("../workspaces/checkpoint/take-snapshot.ts"),
  ]);
  const root = await resolveAnywhere(session.root);
  const ownFolders = await Promise.all([home.folder, stateFolder(environment)].map(resolveAnywhere));
  const tree = createLocalTree({ root, ownFolders });
  const seal = new ContentSeal(ownKey(environment, "checkpoints"));
  const store = new SnapshotStore(join(home.checkpoints, nameOf(root)), seal);
  return { sessionId: session.id, tree, store, ledger, limits, newId };
}

function nameOf(root: string): string {
  return createHash("sha256").update(root).digest("hex").slice(0, 16);
}

export async function undoInSession(
  setting: CheckpointSetting,
  session: Session,
  { request, signal }: { readonly request: UndoRequest; readonly signal: AbortSignal },
): Promise<UndoReport> {
  const { undoFiles } = await import("../workspaces/checkpoint/undo-files.ts");
  return undoFiles(await undoPartsOf(setting, session), request, signal);
}

type CheckpointRun = { readonly session: Session; readonly runId: string; readonly workspace: Workspace };

/** The checkpoints of a run, whose code is loaded with the first call that may change something. */
export function checkpointsOf(
  setting: CheckpointSetting,
  run: CheckpointRun,
): (Checkpoints & AsyncDisposable) | undefined {
  const mode = textSetting(setting.settings, "checkpoints.mode");
  if (mode === "off") return undefined;
  let opening: Promise<Checkpoints> | undefined;
  return {
    async protect(call, signal) {
      if (call.intent.effect !== "write" && call.intent.effect !== "execute") return untouched;
      opening ??= openBook(setting, run, mode === "required" ? "required" : "auto");
      const book = await opening.catch(asNotKept);
      if (book instanceof AgentError) return mode === "required" ? { refused: book.message } : notKept(book);
      return book.protect(call, signal);
    },
    async [Symbol.asyncDispose]() {
      if (opening !== undefined && !((await opening.catch(asNotKept)) instanceof AgentError)) {
        await prune(setting, run.session);
      }
    },
  };
}

/** Nothing can be kept at all, as when its key has no place: told with each call, as the book does. */
function asNotKept(error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  throw error;
}

function notKept({ message }: AgentError): Protection {
  return { ...untouched, notice: `What the call changes is not kept for an undo: ${message}` };
}

const untouched = { notice: undefined, ended: () => Promise.resolve("") };

async function openBook(
  setting: CheckpointSetting,
  { session, runId, workspace }: CheckpointRun,
  mode: "auto" | "required",
): Promise<Checkpoints> {
  const { CheckpointBook } = await import("../workspaces/checkpoint/checkpoint-book.ts");
  return new CheckpointBook({ ...(await undoPartsOf(setting, session)), runId, workspace, mode });
}

async function prune(setting: CheckpointSetting, session: Session): Promise<void> {
  const { isPruneDue, pruneSnapshots } = await import("../workspaces/checkpoint/prune-snapshots.ts");
  const { store, tree, ledger } = await undoPartsOf(setting, session);
  const maxBytes = (numberSetting(setting.settings, "checkpoints.keep_mb") ?? 2_048) * megabyte;
  const now = Date.now();
  if (!isPruneDue(store, maxBytes, now)) return;
  await pruneSnapshots(store, { rows: await ledger.checkpoints({ root: tree.root }), maxBytes, now, newId });
}
