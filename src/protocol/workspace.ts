/** `asked`: it waited for an answer that nobody could give. */
export type EndedBy = "finished" | "timed-out" | "stopped" | "asked";

/** A result that says which: a non-zero exit is a result, not an error. */
export type CommandResult = {
  readonly status: EndedBy | "lost";
  /** Exit code; 128 + signal number when a signal ended it; -1 when the job was lost. */
  readonly exitCode: number;
  /**
   * Standard output and standard error as they came, interleaved, exact to the byte. Of more than `maxOutputBytes`
   * the beginning (two fifths of that many bytes) and the end (the rest).
   */
  readonly output: Uint8Array;
  /** Bytes that came beyond `maxOutputBytes` and were not kept. */
  readonly droppedBytes: number;
  readonly durationMs: number;
  /** A sentence about what was not as expected: the shell's folder was gone, the job was lost. */
  readonly note?: string;
};

export type RunOptions = {
  /**
   * `session`: the lasting shell of this workspace, with what earlier commands left in it: folder, variables,
   * functions, aliases, options. `clean`: only its folder, for commands that were judged by their text alone. A shell
   * of its own in the root when absent.
   */
  readonly shell?: "session" | "clean";
  /** Names the job of a `shell`; the same id never runs twice, but leads to the job that is there. A new one when absent. */
  readonly jobId?: string;
  /**
   * Variables for this command alone. They are in no argument and in no file, and the lasting shell keeps nothing of
   * what such a command changes in it. Only with a `shell`.
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /** A terminal of its own, for programs that insist on one. Only with a `shell`. */
  readonly pty?: boolean;
  /** Its input stays open for what `job(jobId)` writes; at its end from the beginning when absent. Only with a `shell`. */
  readonly isInteractive?: boolean;
  /** Absolute, or relative to the root; when absent the root, or where the `shell` stands. */
  readonly cwd?: string;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
  readonly stdin?: Uint8Array;
};

/** `modifiedMs`: milliseconds since the Unix epoch, with fractions where the place has them. */
export type FileStat = {
  readonly kind: "file" | "folder" | "other";
  readonly size: number;
  readonly modifiedMs: number;
};

export type StartOptions = Pick<RunOptions, "cwd" | "pty" | "secrets"> & {
  readonly jobId: string;
  /** What its `JobSummary` says from the first moment on. */
  readonly note?: string;
};

/** The place was made anew, its process vanished without a trace, or it was accepted and can never begin. */
export type LostBecause = "workspace-recreated" | "no-trace" | "not-begun";
export type JobStatus =
  | { readonly state: "running" }
  | { readonly state: EndedBy; readonly exitCode: number }
  | { readonly state: "lost"; readonly why: LostBecause };

/** A command that goes on by itself, also when the connection or Hermes ends. */
export interface BackgroundJob {
  readonly id: string;
  status(): Promise<JobStatus>;
  /** At most `length` bytes of its output from byte `offset`, and how many bytes there are by now. */
  read(offset: number, length: number): Promise<{ readonly bytes: Uint8Array; readonly size: number }>;
  /** Resolves when it has ended; rejects with the signal's reason. */
  wait(signal: AbortSignal): Promise<JobStatus>;
  /** To its standard input, which only jobs made by `start` and interactive ones have. Throws `workspace-recreated` or `file-failed`. */
  write(bytes: Uint8Array): Promise<void>;
  /** What it reads then is the end of its input. */
  closeInput(): Promise<void>;
  /** Ends it with everything it started, in its own group: TERM, and after a while KILL. Resolves when that is done. */
  kill(why?: "asked"): Promise<void>;
}

/** A job of `start`, whoever started it. `isTold`: its end was reported to the model. */
export type JobSummary = {
  readonly id: string;
  readonly command: string;
  readonly isTold: boolean;
  /** What whoever looks after it wants to remember, over restarts. */
  readonly note: string | undefined;
};

/** A link is described by what it leads to; one that leads nowhere, or where nothing may be reached, is `other`. */
export type FolderEntry = FileStat & { readonly name: string; readonly isLink: boolean };

/** What a path stands for. A plan is judged, and then it is what runs. */
export type PlannedPath = {
  /** As it was written. */
  readonly path: string;
  /** Absolute, without `.`, `..` and symbolic links. */
  readonly resolved: string;
  /**
   * A file that has more than one name (hard links), outside the folders that package managers fill with such: whose
   * content it is cannot be told from its path.
   */
  readonly hasOtherNames: boolean;
};

/**
 * The files of a place. File operations reach what is inside the root, whatever becomes a link meanwhile: a path that
 * leads out of it, and a file with other names, end with `file-failed`. So does everything that is no plain file or
 * folder; nothing ever waits for a pipe or a device.
 */
export interface WorkspaceFiles {
  /**
   * The absolute path without `.`, `..` and symbolic links, as the system would walk it: `link/..` is the parent of
   * what the link points to, and a link to a missing file is that file. Also of what cannot be reached.
   */
  resolve(path: string): Promise<string>;
  /** What each of these paths stands for now. */
  plan(paths: readonly string[]): Promise<readonly PlannedPath[]>;
  /** `undefined` when it does not exist. Follows symbolic links. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Sorted by name; `undefined` when there is no such folder. */
  readFolder(path: string): Promise<readonly FolderEntry[] | undefined>;
  /** `undefined` when the file does not exist. At most `length` bytes from `offset`; the whole file when absent. */
  readFile(path: string, range?: { readonly offset: number; readonly length: number }): Promise<Uint8Array | undefined>;
  /** Whole or not at all (written beside, then renamed); makes missing parent folders; keeps the mode of an existing file. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** A link goes itself, not what it leads to. Ends with `not-found` when it does not exist. */
  removeFile(path: string): Promise<void>;
}

/** What earlier commands left in the lasting shell that can change what a word starts. */
export type ShellState = {
  readonly functions: readonly string[];
  readonly aliases: readonly string[];
  /** Where the shell remembers programs to be, by name. */
  readonly hashed: Readonly<Record<string, string>>;
  /** Exported ones, and those that decide how a word is looked up, whose value is not what the session began with. */
  readonly variables: Readonly<Record<string, string>>;
  /** `false`: what is written down is not what a shell writes of itself, so any word may start anything. */
  readonly isSure: boolean;
};

/**
 * A place where commands run and files live. Paths are absolute, relative to `root`, or begin with `~/`.
 * A file operation that the place refuses ends with `file-failed` and a sentence that says why.
 */
export interface Workspace extends WorkspaceFiles, AsyncDisposable {
  /** `local`, `docker`, … */
  readonly backend: string;
  /** Absolute path, without links, of the folder that the work is about. */
  readonly root: string;
  /** Changes when the place was re-created: process ids of an older epoch are lost, never signalled. */
  readonly epoch: string;
  /**
   * Throws `workspace-lost` only when the place itself is gone, `not-found` when `cwd` is no folder. Never falls back
   * to another place. A process that a finished command left in the background is not ended.
   */
  run(command: string, options: RunOptions): Promise<CommandResult>;
  /** Where the lasting shell stands; absolute. */
  readonly shellFolder: string;
  /** Read from what the shell wrote down; nothing of it is run. */
  shellState(): Promise<ShellState>;
  /**
   * The file that a word would start in a shell without state: absolute, links resolved; a word with a slash is seen from
   * `folder`. `undefined` for what is nowhere, also for builtins that are no file.
   */
  findProgram(word: string, folder: string): Promise<string | undefined>;
  /** With the state of the lasting shell, which it does not change. The same id never starts twice. */
  start(command: string, options: StartOptions): Promise<BackgroundJob>;
  /** `undefined` when no job of a `shell` or of `start` ever had this id, or it is forgotten. */
  job(id: string): Promise<BackgroundJob | undefined>;
  /** Jobs of `start`, the oldest first. */
  jobs(): Promise<readonly JobSummary[]>;
  /** Remembers that the end of this job was reported. */
  markTold(id: string): Promise<void>;
  /** Replaces the note of a job, whole or not at all. */
  setNote(id: string, note: string): Promise<void>;
  /**
   * Passes what this machine's disk keeps of a job that has ended, and of the lasting shell when `jobId` is absent,
   * through `mask`, which returns the same array for what may stay. `true` when something was replaced. Absent, or
   * without effect, where nothing is kept on this machine.
   */
  scrub?(jobId: string | undefined, mask: (bytes: Uint8Array) => Uint8Array): Promise<boolean>;
  /**
   * The same place for a call that was judged by this plan. What was planned is reached under both of its paths, also
   * outside the root and with what lies in it, and only as it was planned: what has become a link since ends with
   * `file-failed`. Disposing of it disposes of the place.
   */
  permitting(plan: readonly PlannedPath[]): Workspace;
}
