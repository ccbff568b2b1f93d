export type Row = {
  readonly what: string;
  readonly measured: string;
  readonly bar: string;
  readonly isKept: boolean | undefined;
};

type Bar = readonly [bar: string, isKept: boolean | undefined];

export function row(what: string, measured: string, [bar, isKept]: Bar): Row {
  return { what, measured, bar, isKept };
}

/** What `node -e 0` takes on the quiet machine for which the bars in milliseconds were set. */
export const barNodeMs = 24.4;

export type TimeBar = {
  readonly ms: number;
  readonly barMs: number;
  /** What `node -e 0` took in this run. */
  readonly nodeMs: number;
};

/** Two figures: as measured, and what that is on the bar's machine. The second is compared, so that a slow moment of this machine is no miss and a fast one no pass. */
export function timeRow(what: string, { ms, barMs, nodeMs }: TimeBar): Row {
  const scaled = (ms * barNodeMs) / nodeMs;
  const digits = barMs >= 100 ? 0 : 2;
  const measured = `${ms.toFixed(digits)} ms, ${scaled.toFixed(digits)} at ${barNodeMs}`;
  return row(what, measured, [`≤ ${barMs} ms`, scaled <= barMs]);
}
