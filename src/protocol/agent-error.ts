/** The closed list of what can go wrong. Callers branch on the code, never on the text. */
export type ErrorCode =
  | "bad-usage"
  | "bad-settings"
  | "bad-home"
  | "bad-data"
  | "unknown-model"
  | "model-failed"
  | "budget-exceeded"
  | "store-lost"
  | "store-busy"
  | "lane-held"
  | "not-found"
  | "workspace-lost"
  | "workspace-unavailable"
  | "workspace-recreated"
  | "file-failed"
  | "tool-defect"
  | "timed-out"
  | "stopped";

/**
 * A broken promise. `message` is one sentence for a person and ends with the fix where there is one;
 * `retryable` says whether the same act may succeed later without anybody changing anything.
 */
export class AgentError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly retryable?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AgentError";
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
