import type { Answer } from "./ask-recall.ts";
import type { Conversation, Question } from "./conversation.ts";
import { estimate, measure, type Measures } from "./metrics.ts";

export type Asked = {
  readonly benchmark: Conversation["benchmark"];
  /** Whether constants may have been chosen on it. */
  readonly isTuned: boolean;
  readonly question: Question;
  readonly answer: Answer;
};

/** One line of the report; `not run` when there is no data for it. */
export type ReportRow = { readonly what: string; readonly values: readonly (readonly [name: string, value: string])[] };

export function recallRows(asked: readonly Asked[]): readonly ReportRow[] {
  const of = (benchmark: string): readonly Asked[] => asked.filter((row) => row.benchmark === benchmark);
  return [
    ...splits(of("LoCoMo")).flatMap(([name, rows]) => [
      { what: `M1 LoCoMo turns, ${name}`, values: turnValues(rows) },
      { what: `M2 LoCoMo sessions, ${name}`, values: sessionValues(rows) },
    ]),
    ...splits(of("BEAM")).map(([name, rows]) => ({ what: `M3 BEAM messages, ${name}`, values: turnValues(rows) })),
    { what: "M4 BEAM knowledge updates", values: sideValues(of("BEAM"), "knowledge_update") },
    { what: "M5 BEAM contradictions", values: sideValues(of("BEAM"), "contradiction_resolution") },
    { what: "LongMemEval sessions", values: sessionValues(of("LongMemEval")) },
    {
      what: "LongMemEval turns",
      values: turnValues(of("LongMemEval").filter(({ question }) => question.turns.size > 0)),
    },
  ];
}

function splits(rows: readonly Asked[]): readonly (readonly [string, readonly Asked[]])[] {
  return [
    ["all", rows],
    ["even conversations (tuned on)", rows.filter(({ isTuned }) => isTuned)],
    ["odd conversations", rows.filter(({ isTuned }) => !isTuned)],
  ];
}

type Values = ReportRow["values"];

function turnValues(rows: readonly Asked[]): Values {
  const measures = rows.map(({ answer, question }) => measure(answer.turns, question.turns));
  return [
    shown("R@1", measures, (one) => one.recallAt1),
    shown("R@5", measures, (one) => one.recallAt5),
    shown("R@10", measures, (one) => one.recallAt10),
    shown("any@10", measures, (one) => one.anyAt10),
    shown("nDCG@10", measures, (one) => one.ndcgAt10),
  ].flat();
}

function sessionValues(rows: readonly Asked[]): Values {
  const measures = rows.map(({ answer, question }) => measure(answer.sessions, question.sessions));
  return [
    shown("R@10", measures, (one) => one.recallAt10),
    shown("any@5", measures, (one) => one.anyAt5),
    shown("any@10", measures, (one) => one.anyAt10),
  ].flat();
}

function shown(name: string, measures: readonly Measures[], value: (one: Measures) => number): Values {
  return percentage(name, measures.map(value));
}

/** Mean and 95 % interval in percent; nothing when there are no values. */
export function percentage(name: string, values: readonly number[]): Values {
  if (values.length === 0) return [];
  const { mean, low, high, count } = estimate(values);
  const percent = (share: number): string => (share * 100).toFixed(1);
  return [[name, `${percent(mean)} (${percent(low)}–${percent(high)}, n ${count})`]];
}

/** Where an earlier and a later statement stand against each other. */
function sideValues(rows: readonly Asked[], category: string): Values {
  const pairs = rows.flatMap(({ question, answer }) => {
    if (question.category !== category || question.sides === undefined) return [];
    const top = answer.turns.slice(0, 10);
    const { first, second } = question.sides;
    const hasFirst = top.some((turn) => first.has(turn));
    const hasSecond = top.some((turn) => second.has(turn));
    return [{ hasFirst, hasSecond, isNewestLast: newestSide(top, question.sides) === "second" }];
  });
  const both = pairs.filter(({ hasFirst, hasSecond }) => hasFirst && hasSecond);
  return [
    percentage(
      "later one in the top 10",
      pairs.map(({ hasSecond }) => Number(hasSecond)),
    ),
    percentage(
      "both in the top 10",
      pairs.map(({ hasFirst, hasSecond }) => Number(hasFirst && hasSecond)),
    ),
    percentage(
      "in order of time when both",
      both.map(({ isNewestLast }) => Number(isNewestLast)),
    ),
  ].flat();
}

/** Which side the newest message among those found is on: ids of BEAM count up with time. */
function newestSide(turns: readonly string[], { first, second }: NonNullable<Question["sides"]>): "first" | "second" {
  const onSides = turns.filter((turn) => first.has(turn) || second.has(turn)).map(Number);
  return second.has(String(Math.max(...onSides))) ? "second" : "first";
}
