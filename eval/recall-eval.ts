import { writeFileSync } from "node:fs";
import { askRecall } from "./ask-recall.ts";
import { fillHome, openEvalHome } from "./eval-home.ts";
import { makeNameWorld, type NameForm } from "./identifiers.ts";
import { loadConversations } from "./load-conversations.ts";
import { measure } from "./metrics.ts";
import { type Asked, percentage, recallRows, type ReportRow } from "./recall-rows.ts";

export type RecallEvalOptions = { readonly data: string | undefined; readonly out: string | undefined };

const nameSeed = 11;
const nameForms: readonly NameForm[] = ["exact", "split", "prefix", "typo"];

/** Measures search over past sessions on everything below `data`, one home per conversation. */
export async function recallEval({ data, out }: RecallEvalOptions): Promise<void> {
  const asked = data === undefined ? [] : await askAll(data);
  const rows = [...recallRows(asked), await nameRow()];
  for (const { what, values } of rows) {
    const text = values.map(([name, value]) => `${name} ${value}`).join(" · ");
    console.log(`${what}: ${text === "" ? "not run" : text}`);
  }
  const times = asked.map(({ answer }) => answer.milliseconds).sort((left, right) => left - right);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  console.log(times.length === 0 ? "time: not run" : `time: p50 ${at(0.5)} ms · p95 ${at(0.95)} ms`);
  if (out !== undefined) writeFileSync(out, asked.map((row) => `${JSON.stringify(outLine(row))}\n`).join(""));
}

async function askAll(data: string): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const counts = new Map<string, number>();
  for (const conversation of loadConversations(data)) {
    const { benchmark, questions } = conversation;
    const place = counts.get(benchmark) ?? 0;
    counts.set(benchmark, place + 1);
    if (questions.length === 0) continue;
    await using home = await openEvalHome();
    await fillHome(home, conversation);
    for (const question of questions) {
      const answer = await askRecall(home.recall, question);
      asked.push({ benchmark, isTuned: place % 2 === 0, question, answer });
    }
    console.error(`${conversation.id}: ${questions.length} questions`);
  }
  return asked;
}

async function nameRow(): Promise<ReportRow> {
  const { conversation, questions } = makeNameWorld(nameSeed);
  await using home = await openEvalHome();
  await fillHome(home, conversation);
  const hits = new Map<NameForm, number[]>(nameForms.map((form) => [form, []]));
  for (const question of questions) {
    const answer = await askRecall(home.recall, question);
    hits.get(question.form)?.push(measure(answer.turns, question.turns).anyAt1);
  }
  return { what: "M6 generated names, any@1", values: [...hits].flatMap(([form, values]) => percentage(form, values)) };
}

/** What anyone needs to score it again: the ids are those of the data. */
function outLine({ benchmark, question, answer }: Asked): object {
  return {
    benchmark,
    question: question.id,
    category: question.category,
    gold: [...question.turns],
    goldSessions: [...question.sessions],
    turns: answer.turns,
    sessions: answer.sessions,
    newest: answer.newestTurns,
  };
}
