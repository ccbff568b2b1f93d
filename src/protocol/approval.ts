import type { Effect } from "./tool.ts";

/** A question to a person about one call. It binds to `digest`: what was asked is what runs. */
export type Approval = {
  readonly id: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly callId: string;
  readonly tool: string;
  readonly effect: Effect;
  /** Exactly what will run, for the person to read. */
  readonly subject: string;
  readonly reason: string;
  /** SHA-256 (hex) of tool name, input, place, root and what its paths stood for. */
  readonly digest: string;
  readonly askedAt: number;
  /** After this moment the answer is deny. */
  readonly expiresAt: number;
};

export type ApprovalDecision = {
  readonly verdict: "allow" | "deny";
  /** A person's id, or `expired`, or `flag:--yes`. */
  readonly decidedBy: string;
  readonly rule: string;
};
