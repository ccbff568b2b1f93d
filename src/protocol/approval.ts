import type { Effect } from "./tool.ts";

/** A question to a person about one call. It binds to `digest`: what was asked is what runs. */
export type Approval = {
  readonly id: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly callId: string;
  readonly tool: string;
  readonly effect: Effect;
  /** All of what will run, for the person to read: what cannot be seen or only looks alike is written as `\u{…}`. */
  readonly subject: string;
  readonly reason: string;
  /**
   * SHA-256 (hex) of the plan: tool, input, place, root, what its paths stand for with their content, and what a
   * command would meet (`CommandFacts`).
   */
  readonly digest: string;
  readonly askedAt: number;
  /** After this moment the answer is deny. */
  readonly expiresAt: number;
  /** Rules, without their verdict, that the answers `session` and `always` make; absent: only this one call. */
  readonly offer?: readonly string[];
};

/**
 * `allow` this call, once · `session` also what the offered rules cover, until Hermes ends · `always` the same, written
 * into the settings; only at a terminal · `deny`. Without an offer `session` and `always` are `allow`.
 */
export type ApprovalAnswer = "allow" | "session" | "always" | "deny";

export type ApprovalDecision = {
  readonly verdict: "allow" | "deny";
  /** A person's id, or `expired`, or `flag:--yes`. */
  readonly decidedBy: string;
  readonly rule: string;
};

/** A question that a person answered, as it is remembered. */
export type DecidedApproval = {
  readonly tool: string;
  readonly effect: Effect;
  readonly subject: string;
  readonly verdict: "allow" | "deny";
  readonly decidedAt: number;
};
