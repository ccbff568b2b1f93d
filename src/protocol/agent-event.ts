import type { Approval } from "./approval.ts";
import type { Message } from "./message.ts";
import type { RunOutcome } from "./run.ts";
import type { Effect } from "./tool.ts";

/** Something a person should know that is neither answer nor tool output. `code` is stable, `text` is a sentence. */
export type Notice = {
  readonly code:
    | "waiting-for-model"
    | "retrying-model"
    | "waiting-for-store"
    | "store-lost"
    | "store-back"
    | "call-unfinished"
    | "call-repeated"
    | "context-fitted"
    | "summary-failed"
    | "budget"
    | "reply-cut"
    | "job-news"
    | "lane-held"
    | "not-protected"
    | "secrets-masked";
  readonly text: string;
};

/**
 * Everything a surface can show, in the order in which it happened.
 * A run begins with `run-start` and ends with exactly one `run-end`; `tool-end` follows its `tool-start`;
 * a call that was refused or could not run has its `tool-end` alone.
 */
export type AgentEvent =
  | { readonly type: "run-start"; readonly sessionId: string; readonly runId: string; readonly model: string }
  | { readonly type: "text-delta"; readonly runId: string; readonly text: string }
  | { readonly type: "reasoning-delta"; readonly runId: string; readonly text: string }
  | { readonly type: "approval-request"; readonly runId: string; readonly approval: Approval }
  | {
      readonly type: "tool-start";
      readonly runId: string;
      readonly callId: string;
      readonly name: string;
      readonly effect: Effect;
      readonly subject: string;
    }
  | { readonly type: "tool-progress"; readonly runId: string; readonly callId: string; readonly text: string }
  | {
      readonly type: "tool-end";
      readonly runId: string;
      readonly callId: string;
      readonly name: string;
      readonly isError: boolean;
      readonly text: string;
    }
  /** A whole message that is now in the ledger. */
  | { readonly type: "message"; readonly runId: string; readonly message: Message }
  | { readonly type: "notice"; readonly runId: string; readonly notice: Notice }
  | { readonly type: "run-end"; readonly runId: string; readonly outcome: RunOutcome };
