import type { Json, JsonObject } from "./json.ts";
import type { Workspace } from "./workspace.ts";

/** What a call can do to the world. Approval, parallelism and replay follow from it. */
export type Effect = "read" | "write" | "execute" | "send";

/** What the model is told. `inputSchema` is JSON Schema of an object. */
export type ToolSpec = { readonly name: string; readonly description: string; readonly inputSchema: JsonObject };

/** What one call would do, known before it does it; the policy decides on this and a person is shown it. */
export type ToolIntent = {
  readonly effect: Effect;
  /** What a rule's glob is matched against and what a person is shown: the command, the path, the address. */
  readonly subject: string;
  /** Workspace paths it names, as written; judged against the root. */
  readonly paths: readonly string[];
  /** Present exactly when it runs a shell command. */
  readonly command?: ShellCommand;
  /** For `send`: the hosts, people or addresses that get it; the subject when absent. */
  readonly recipients?: readonly string[];
  /** What it returns was written by others: the web, a mail, another program's server. */
  readonly isFromOutside?: true;
  /** What it starts goes on after the call has ended, and may change more. */
  readonly goesOn?: true;
};

/** `clean`: without what earlier commands left in the lasting shell. `folder` absent: where the shell stands. */
export type ShellCommand = {
  readonly text: string;
  readonly shell: "session" | "clean";
  readonly folder: string | undefined;
};

export type ToolResult = {
  /** What the model reads: already bounded. */
  readonly text: string;
  readonly isError: boolean;
};

export type ToolContext = {
  readonly sessionId: string;
  readonly runId: string;
  readonly callId: string;
  /** Aborts when the person stops the run; a tool ends within a second of it. */
  readonly signal: AbortSignal;
  readonly workspace: Workspace;
  /** Shown to the person while the tool works; never stored, never sent to the model. */
  progress(text: string): void;
};

/** What a tool makes of the model's arguments: a value it accepts, or a sentence the model can act on. */
export type ToolInput = { readonly ok: true; readonly input: Json } | { readonly ok: false; readonly problem: string };

export interface Tool {
  readonly spec: ToolSpec;
  /** Pure. Rare and older spellings of the parameters are accepted and brought into one form. */
  parse(input: Json): ToolInput;
  /** Pure. Takes only what `parse` returned. */
  intentOf(input: Json): ToolIntent;
  /** Takes only what `parse` returned. Throws only on a defect; anything the model should read comes back as a result. */
  call(input: Json, context: ToolContext): Promise<ToolResult>;
  /**
   * What became of a call whose process was killed, found out without doing anything again; `undefined` when nobody can
   * tell. Absent for tools that leave no trace to ask.
   */
  recover?(input: Json, context: ToolContext): Promise<ToolResult | undefined>;
}

/** Where the whole of a long output is kept, and read from again under the name it was given. */
export interface OutputStore {
  /** Returns the name to read it by (`output:<id>`). Writing the same id again replaces it. */
  save(id: string, bytes: Uint8Array): Promise<string>;
  /** How many bytes it has; `undefined` when there is no such output. */
  size(name: string): Promise<number | undefined>;
  /** At most `length` bytes from `offset`, all of it when absent; `undefined` when there is no such output. */
  load(name: string, range?: { readonly offset: number; readonly length: number }): Promise<Uint8Array | undefined>;
}
