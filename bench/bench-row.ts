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
