/** Who decided or did what, and by which rule. Written once, never changed. */
export type AuditRow = {
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly rule: string;
  readonly runId: string | undefined;
  readonly callId?: string;
  /** Hash of the rules that were in force; absent where none decided. */
  readonly policy?: string;
};

export type AuditEntry = AuditRow & { readonly number: number };

export type AuditFilter = {
  readonly limit: number;
  /** Milliseconds since the Unix epoch. */
  readonly since?: number;
  readonly runId?: string;
};

/** A row that was there: kept outside the database, it tells when the end of the chain was cut off. */
export type AuditAnchor = { readonly number: number; readonly hash: string };

/** `brokenAt` is the number of the first row that does not fit, or of the anchored row that is not there any more. */
export type AuditCheck =
  | { readonly isWhole: true; readonly count: number }
  | {
      readonly isWhole: false;
      readonly count: number;
      readonly brokenAt: number;
      readonly problem: "changed" | "missing";
    };
