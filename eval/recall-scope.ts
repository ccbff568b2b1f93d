import { join } from "node:path";
import type { Audience } from "../src/protocol/session.ts";
import { addBulkTalk } from "./bulk-talk.ts";
import { openEvalHome } from "./eval-home.ts";
import { makeFiller } from "./filler.ts";
import { randomFrom } from "./metrics.ts";

const messages = 4000;
const seed = 9;
const audiences: readonly Audience[] = ["direct:owner", "direct:somebody", "group:eval"];

/** Asks random questions as random people, and counts what was found in sessions that they may not read. */
export async function recallScope(questions: number): Promise<void> {
  await using home = await openEvalHome();
  const filler = makeFiller([], seed);
  addBulkTalk(join(home.folder, "hermes.db"), { filler, from: 0, to: messages, needleEvery: messages });
  const random = randomFrom(seed);
  let foreign = 0;
  let found = 0;
  for (let index = 0; index < questions; index += 1) {
    const allowed = audiences.filter(() => random() < 0.5);
    const text = filler
      .person()
      .split(" ")
      .slice(0, 1 + Math.floor(random() * 6))
      .join(" ");
    const question = { text, scope: { audiences: allowed }, limit: 5 };
    const windows = await home.recall.search(question, AbortSignal.timeout(60_000));
    found += windows.length;
    foreign += windows.filter(({ session }) => !allowed.includes(session.audience)).length;
  }
  console.log(`scope: ${questions} questions · ${found} passages · ${foreign} of them foreign`);
  if (foreign > 0) process.exitCode = 1;
}
