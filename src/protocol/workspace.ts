/** A result that says which: a non-zero exit is a result, not an error. */
export type CommandResult = {
  readonly status: "finished" | "timed-out" | "stopped";
  /** Exit code; 128 + signal number when a signal ended it. */
  readonly exitCode: number;
  /**
   * Standard output and standard error as they came, interleaved, exact to the byte. Of more than `maxOutputBytes`
   * the beginning (two fifths of that many bytes) and the end (the rest).
   */
  readonly output: Uint8Array;
  /** Bytes that came beyond `maxOutputBytes` and were not kept. */
  readonly droppedBytes: number;
  readonly durationMs: number;
};

export type RunOptions = {
  /** Absolute, or relative to the root; the root when absent. */
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

/** A link is described by what it leads to; one that leads nowhere is `other`. */
export type FolderEntry = FileStat & { readonly name: string; readonly isLink: boolean };

/**
 * A place where commands run and files live. Paths are absolute, relative to `root`, or begin with `~/`.
 * A file operation that the place refuses ends with `file-failed` and a sentence that says why.
 */
export interface Workspace extends AsyncDisposable {
  /** `local`, `docker`, … */
  readonly backend: string;
  /** Absolute path of the folder that the work is about. */
  readonly root: string;
  /** Changes when the place was re-created: process ids of an older epoch are lost, never signalled. */
  readonly epoch: string;
  /**
   * Throws `workspace-lost` only when the place itself is gone, `not-found` when `cwd` is no folder. Never falls back
   * to another place. A process that a finished command left in the background is not ended.
   */
  run(command: string, options: RunOptions): Promise<CommandResult>;
  /**
   * The absolute path without `.`, `..` and symbolic links, as the system would walk it: `link/..` is the parent of
   * what the link points to, and a link to a missing file is that file.
   */
  resolve(path: string): Promise<string>;
  /** `undefined` when it does not exist. Follows symbolic links. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Sorted by name; `undefined` when there is no such folder. */
  readFolder(path: string): Promise<readonly FolderEntry[] | undefined>;
  /** `undefined` when the file does not exist. At most `length` bytes from `offset`; the whole file when absent. */
  readFile(path: string, range?: { readonly offset: number; readonly length: number }): Promise<Uint8Array | undefined>;
  /** Whole or not at all (written beside, then renamed); makes missing parent folders; keeps the mode of an existing file. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Ends with `not-found` when it does not exist. */
  removeFile(path: string): Promise<void>;
}
