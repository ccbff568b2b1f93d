import type { ErrorCode } from "../protocol/agent-error.ts";
import type { RecallQuestion, RecallWindow } from "../protocol/recall.ts";

/** What goes to the worker. */
export type RecallOrder = { readonly id: number; readonly question: RecallQuestion };

/** What the worker is started with. */
export type RecallPlace = { readonly path: string; readonly deadlineMs: number };

/** What comes back, once for each order. */
export type RecallReply = { readonly id: number } & (
  | { readonly windows: readonly RecallWindow[] }
  | { readonly problem: { readonly code: ErrorCode; readonly message: string; readonly retryable: boolean } }
);
