export type TimeLimits = {
  /** From sending the request to the first byte of the reply. */
  readonly firstByteMs: number;
  /** Between two bytes of a reply. */
  readonly betweenBytesMs: number;
  /** From the start of a call to the first event of the answer, over all tries, waits and fallbacks. */
  readonly callMs: number;
  /** How often a silent wait is shown. */
  readonly waitingMs: number;
  /** A vendor that asks for a longer wait counts as failed. */
  readonly longestRetryAfterMs: number;
  /** With another model to fall back on, a longer wait than this is not worth it. */
  readonly patienceMs: number;
};

export const remoteTimeLimits: TimeLimits = {
  firstByteMs: 300_000,
  betweenBytesMs: 120_000,
  callMs: 600_000,
  waitingMs: 10_000,
  longestRetryAfterMs: 300_000,
  patienceMs: 15_000,
};

/** A local server first reads the model from disk and then the whole prompt, on slow hardware. */
export const localTimeLimits: TimeLimits = { ...remoteTimeLimits, firstByteMs: 900_000, callMs: 1_200_000 };
