import type { StoredMessage } from "../protocol/message.ts";
import type { RunOutcome } from "../protocol/run.ts";
import type { PromptPrefix } from "../protocol/session.ts";
import { addUsage, noUsage, type Usage } from "../protocol/usage.ts";
import { shown, type ContextEntry } from "./context-messages.ts";
import { LoopGuard } from "./loop-guard.ts";
import { SizeCalibration, SizeCounter } from "./request-size.ts";

/** What one run remembers while it works; everything that must outlive it is in the ledger. */
export class RunProgress {
  readonly guard = new LoopGuard();
  readonly sizes = new SizeCounter();
  readonly calibration = new SizeCalibration();
  readonly startedAt: number;
  entries: readonly ContextEntry[] = [];
  usage: Usage = noUsage;
  refusedCalls = 0;
  /** The answer so far: the text since the last call, joined over cuts. */
  answer = "";
  /** The model repeats one call without effect: the run ends after this step. */
  isCircling = false;
  /** Cuts and length limits in a row. */
  continuations = 0;
  cutSince = 0;
  /** Set when a vendor refused a request as too long: the window is smaller than it says. */
  contextTokens: number;

  constructor(startedAt: number, contextTokens: number) {
    this.startedAt = startedAt;
    this.contextTokens = contextTokens;
  }

  load(context: { readonly summary: StoredMessage | undefined; readonly messages: readonly StoredMessage[] }): void {
    this.entries = context.summary === undefined ? context.messages : [context.summary, ...context.messages];
  }

  /** Our estimate of a request with this prefix and everything so far. */
  estimatedTokens(prefix: PromptPrefix): number {
    return this.sizes.prefix(prefix) + this.sizes.history(this.entries.map(shown));
  }

  append(message: ContextEntry["message"]): void {
    this.entries = [...this.entries, { message, spilledTo: undefined }];
  }

  spend(usage: Usage): void {
    this.usage = addUsage(this.usage, usage);
  }

  outcome(state: RunOutcome["state"], problem: string | undefined): RunOutcome {
    return { state, text: this.answer, problem, usage: this.usage, refusedCalls: this.refusedCalls };
  }
}
