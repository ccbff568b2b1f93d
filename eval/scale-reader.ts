import { readFileSync } from "node:fs";
import { recallOfHome } from "../src/app/recall-of-home.ts";
import { newId } from "../src/lib/new-id.ts";
import { isOwnerAlive } from "../src/lib/process-owner.ts";
import { systemClock } from "../src/lib/system-clock.ts";
import { openLedger } from "../src/store/open-ledger.ts";
import { groupAudience, ownAudience } from "./eval-home.ts";
import { measure } from "./metrics.ts";

/** `gold` are ids of messages. */
export type ScaleQuestion = {
  readonly kind: "needle" | "talk";
  readonly text: string;
  readonly gold: readonly string[];
};

const [path = "", list = "", label = ""] = process.argv.slice(2);
const questions = JSON.parse(readFileSync(list, "utf8")) as readonly ScaleQuestion[];
const openedAt = performance.now();
const ledger = await openLedger({
  path,
  clock: systemClock,
  newId,
  isAlive: isOwnerAlive,
  notice: ({ text }) => console.error(text),
  durability: "normal",
});
const openMs = performance.now() - openedAt;
const recall = recallOfHome({ path, ledger, isEphemeral: false });
const scope = { audiences: [ownAudience, groupAudience] };
const times: number[] = [];
const cpuTimes: number[] = [];
const hits = { needle: [] as number[], talk: [] as number[] };
let foreign = 0;
for (const { kind, text, gold } of questions) {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const windows = await recall.search({ text, scope, limit: 10 }, AbortSignal.timeout(60_000));
  times.push(performance.now() - startedAt);
  const spent = process.cpuUsage(cpu);
  cpuTimes.push((spent.user + spent.system) / 1000);
  foreign += windows.filter(({ session }) => !scope.audiences.includes(session.audience)).length;
  const found = windows.flatMap(({ messages, found: seqs, foundScores }) =>
    seqs.map((seq, place) => ({
      id: messages.find((message) => message.seq === seq)?.id ?? "",
      score: foundScores[place] ?? 0,
    })),
  );
  const ranked = found.toSorted((left, right) => right.score - left.score).map(({ id }) => id);
  const { anyAt10, recallAt10 } = measure(ranked, new Set(gold));
  hits[kind].push(kind === "needle" ? anyAt10 : recallAt10);
}
const [first = 0] = times;
const at = (values: readonly number[], quantile: number): string => {
  const sorted = values.toSorted((left, right) => left - right);
  return (sorted[Math.floor(sorted.length * quantile)] ?? 0).toFixed(1);
};
const share = (values: readonly number[]): string =>
  values.length === 0
    ? "not run"
    : `${((100 * values.reduce((sum, value) => sum + value, 0)) / values.length).toFixed(1)} %`;
console.log(
  `${label}: open ${openMs.toFixed(1)} ms · first question ${first.toFixed(0)} ms · p50 ${at(times, 0.5)} ms · p95 ${at(times, 0.95)} ms ` +
    `(of the processor ${at(cpuTimes, 0.5)} and ${at(cpuTimes, 0.95)} ms) · ` +
    `needles any@10 ${share(hits.needle)} · LoCoMo turn R@10 ${share(hits.talk)} · foreign ${foreign}`,
);
await recall[Symbol.asyncDispose]();
await ledger[Symbol.asyncDispose]();
