import { statSync } from "node:fs";
import { AgentError } from "../protocol/agent-error.ts";
import type { Checkpoint, UndoReport, UndoRequest } from "../protocol/checkpoint.ts";
import type { Session } from "../protocol/session.ts";
import type { AppOptions } from "./app-options.ts";
import { undoInSession, undoPartsOf, type CheckpointSetting } from "./checkpoints.ts";
import { sessionFolder } from "./home.ts";
import { openLedgerOf, openSettings } from "./open-store.ts";

export type WorkspaceStatus = {
  readonly place: string;
  readonly root: string;
  readonly session: string | undefined;
  readonly sessionFolder: string | undefined;
  readonly jobs: readonly { readonly id: string; readonly command: string }[];
  readonly checkpoints: number;
  readonly checkpointBytes: number;
  readonly notProtected: string | undefined;
};

export type CheckpointLine = Checkpoint & { readonly isUndone: boolean; readonly isKept: boolean };

/** What `hermes workspace` does; close it when done. */
export class WorkspaceDesk implements AsyncDisposable {
  readonly #options: AppOptions;
  readonly #setting: CheckpointSetting;

  constructor(options: AppOptions, setting: CheckpointSetting) {
    this.#options = options;
    this.#setting = setting;
  }

  /** The session of this id or beginning of one, else the newest of the folder. Throws `not-found`. */
  async session(idOrPrefix: string | undefined): Promise<Session> {
    const { ledger } = this.#setting;
    const { cwd } = this.#options;
    const [first, second] =
      idOrPrefix === undefined
        ? await ledger.listSessions({ limit: 1, root: cwd })
        : await ledger.sessionsByPrefix(idOrPrefix);
    if (first === undefined) {
      const what = idOrPrefix === undefined ? `No session worked in ${cwd}` : `There is no session ${idOrPrefix}`;
      throw new AgentError("not-found", `${what}: hermes sessions list shows them, --session ID takes one.`);
    }
    if (second !== undefined && first.id !== idOrPrefix) {
      throw new AgentError("bad-usage", `Several sessions begin with ${idOrPrefix}: write more of the id.`);
    }
    return first;
  }

  undo(session: Session, request: UndoRequest): Promise<UndoReport> {
    return undoInSession(this.#setting, session, { request, signal: new AbortController().signal });
  }

  /** Newest first. */
  async checkpoints(session: Session): Promise<readonly CheckpointLine[]> {
    const { undoneIds } = await import("../workspaces/checkpoint/choose-targets.ts");
    const { store } = await undoPartsOf(this.#setting, session);
    const rows = await this.#setting.ledger.checkpoints({ sessionId: session.id });
    const undone = undoneIds(rows);
    return rows.map((row) => ({ ...row, isUndone: undone.has(row.id), isKept: store.has(row.before) }));
  }

  async status(session: Session | undefined): Promise<WorkspaceStatus> {
    const { cwd } = this.#options;
    const about = { place: "local", root: session?.root ?? cwd, session: session?.id };
    const nothing = { jobs: [], checkpoints: 0, checkpointBytes: 0, notProtected: undefined, sessionFolder: undefined };
    if (session === undefined) return { ...about, ...nothing };
    const [{ leftOutText }, { newestWhole }] = await Promise.all([
      import("../workspaces/checkpoint/left-out-text.ts"),
      import("../workspaces/checkpoint/snapshot-store.ts"),
    ]);
    const { store } = await undoPartsOf(this.#setting, session);
    return {
      ...about,
      sessionFolder: this.#folderOf(session),
      jobs: await this.#withJobs(session, (jobs) => Promise.resolve(jobs.map(({ id, command }) => ({ id, command })))),
      checkpoints: store.list().length,
      checkpointBytes: store.bytes(),
      notProtected: leftOutText(newestWhole(store)?.leftOut ?? []),
    };
  }

  /** Ends what runs in the background for this session; returns what it was. */
  async stop(session: Session): Promise<readonly string[]> {
    return this.#withJobs(session, async (jobs) => {
      await Promise.all(jobs.map((job) => job.kill()));
      return jobs.map(({ id, command }) => `${id}  ${command}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#setting.ledger[Symbol.asyncDispose]();
  }

  async #withJobs<Result>(
    session: Session,
    use: (jobs: readonly RunningJob[]) => Promise<readonly Result[]>,
  ): Promise<readonly Result[]> {
    const folder = this.#folderOf(session);
    if (!isFolder(folder) || !isFolder(session.root)) return []; // no shell was ever there, or its folder is gone
    const { createLocalWorkspace } = await import("../workspaces/local/local-workspace.ts");
    const { environment } = this.#setting;
    await using workspace = await createLocalWorkspace({
      root: session.root,
      env: environment,
      sessionFolder: folder,
    });
    const running: RunningJob[] = [];
    for (const { id, command } of await workspace.jobs()) {
      const job = await workspace.job(id);
      if (job !== undefined && (await job.status()).state === "running") {
        running.push({ id, command, kill: () => job.kill() });
      }
    }
    return await use(running);
  }

  #folderOf(session: Session): string {
    return sessionFolder(this.#setting.home, this.#setting.environment, session.id);
  }
}

type RunningJob = { readonly id: string; readonly command: string; readonly kill: () => Promise<void> };

export async function openWorkspaceDesk(options: AppOptions): Promise<WorkspaceDesk> {
  const { home, settings } = await openSettings(options);
  const ledger = await openLedgerOf(home, settings, options);
  return new WorkspaceDesk(options, { home, settings, environment: options.environment, ledger });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
