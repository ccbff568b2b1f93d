/** A byte-clean stream to a fresh bash that reads its script from this stream. */
export type Channel = {
  write(text: string): void;
  /** Bytes of the shell's standard output, in order; the iteration ends when the channel is closed or lost. */
  readonly output: AsyncIterable<Uint8Array>;
  /** Ends the shell; jobs that it started go on. */
  close(): void;
};

/** Reads files of the place directly, where its disk is this machine's. */
export type DirectFiles = {
  size(path: string): Promise<number | undefined>;
  /** At most `length` bytes from `offset`; `undefined` when there is no such file. */
  read(path: string, offset: number, length: number): Promise<Buffer | undefined>;
  /** Of a folder, the oldest first; empty when there is none. */
  names(path: string, suffix: string): Promise<readonly string[]>;
  /** Where what must be on no disk is kept of the session with this folder. */
  memory(sessionFolder: string): string;
};

/**
 * What a backend brings; everything else about a session is written once, above it. Paths are the place's own.
 * `run` and `open` throw `workspace-unavailable` when the place cannot be reached now, `workspace-lost` when it is gone.
 */
export type Transport = {
  readonly backend: string;
  /** Runs a script with bash, once, without state. */
  run(script: string, stdin?: Uint8Array): Promise<{ readonly stdout: Uint8Array; readonly exitCode: number }>;
  open(): Promise<Channel>;
  readonly files?: DirectFiles;
};
