import type { AgentEvent } from "./agent-event.ts";
import type { ApprovalAnswer } from "./approval.ts";
import type { AskingSurface } from "./policy.ts";
import type { Session, Surface } from "./session.ts";

export type SessionOrigin = {
  readonly personId: string;
  readonly surface: Surface;
  /** Absolute folder the work is about. */
  readonly root: string;
};

/** What may run without a question in this run, beyond the policy's defaults; given by the person, never by the model. */
export type RunGrants = {
  readonly surface: AskingSurface;
  /** `--yes`: answers every `ask`; lifts no deny rule and no floor. */
  readonly yes: boolean;
  /** `--allow RULE`, in the rule language of the policy. */
  readonly allow: readonly string[];
};

export type Submission = {
  readonly text: string;
  readonly grants: RunGrants;
  /** The same key is accepted once; a second time returns the first run. */
  readonly key: string;
};

export type CommandCall = {
  readonly text: string;
  readonly isPath: (word: string) => boolean;
  readonly signal: AbortSignal;
};

/** What a slash command has to say to the person who called it. */
export type CommandReply = { readonly text: string; readonly isError: boolean };

/** The one door: every surface is a client of it. */
export interface Runtime extends AsyncDisposable {
  open(origin: SessionOrigin): Promise<Session>;
  /** The session of this id or unique beginning of one; throws `not-found`, or `bad-usage` when several begin so. */
  resume(idOrPrefix: string): Promise<Session>;
  /** The newest session opened by this home's command line where something was said, else the newest; `undefined` when there is none. */
  newest(): Promise<Session | undefined>;
  /** Resolves when the message is in the ledger; the work goes on. Throws `lane-held` when another process works on the session. */
  submit(sessionId: string, submission: Submission): Promise<{ readonly runId: string }>;
  /** Words for the run in progress, read by the model after its current step. `false` when nothing runs. */
  steer(sessionId: string, text: string): Promise<boolean>;
  /** Ends the run in progress within 2 s; resolves when it has ended. `false` when nothing runs. */
  stop(sessionId: string): Promise<boolean>;
  /**
   * Does what a text beginning with `/` calls; `undefined` when it is a task, which may begin with a path (`isPath`).
   * Throws `bad-usage` for a word that is neither, `lane-held` while a run is at work in the session. `signal` gives it
   * up.
   */
  command(sessionId: string, call: CommandCall): Promise<CommandReply | undefined>;
  /** The first answer stands. `always` throws `bad-usage` where no settings can be written, and nothing is decided. */
  decide(approvalId: string, answer: ApprovalAnswer, personId: string): Promise<void>;
  /** What happens in the session from now on; ends when `signal` aborts. Subscribing is immediate. */
  events(sessionId: string, signal: AbortSignal): AsyncIterable<AgentEvent>;
}
