import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newId } from "../../src/lib/new-id.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import type { StoredMessage } from "../../src/protocol/message.ts";
import { textOf, toolCallsOf } from "../../src/protocol/message.ts";
import { openLedger } from "../../src/store/open-ledger.ts";
import { startModelServer, type ModelServer } from "../emulators/model-server.ts";
import { ended, endpoint, newPlace, runHermes, startHermes, type Place } from "./run-hermes.ts";

const kills = 200;
const atOnce = 4;
const callsPerTask = 4;

type Told = {
  /** Marks that the model asked to be written, by call. */
  readonly issued: Set<string>;
  /** What people asked, as the model saw it. */
  readonly asked: Set<string>;
};

/** Asks for four writes, one after the other, each with a mark of its own, and then answers. */
async function startVendor(told: Told): Promise<ModelServer> {
  let count = 0;
  return startModelServer({
    reply: ({ asked: allAsked, results }) => {
      const asked = allAsked.trim().split("\n").at(-1) ?? ""; // neighbouring messages of a person arrive as one
      told.asked.add(asked);
      if (results.length >= callsPerTask) return { text: `Wrote everything for ${asked}.` };
      const mark = `mark-${count++}`;
      told.issued.add(mark);
      return {
        text: `Writing ${mark}.`,
        calls: [{ name: "terminal", arguments: { command: `echo ${mark} >> log.txt` } }],
      };
    },
  });
}

async function stored(place: Place): Promise<readonly StoredMessage[]> {
  await using ledger = await openLedger({
    path: join(place.home, "hermes.db"),
    clock: systemClock,
    newId,
    isAlive: () => true,
    notice: () => undefined,
    durability: "normal",
  });
  const [session] = await ledger.listSessions({ limit: 1 });
  return session === undefined ? [] : await ledger.messages(session.id);
}

function written(place: Place): readonly string[] {
  const file = join(place.folder, "log.txt");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

/** Everything that must hold of a session that was killed and continued; a sentence for each breach. */
function breaches(messages: readonly StoredMessage[], marks: readonly string[], told: Told): readonly string[] {
  const found: string[] = [];
  messages.forEach(({ seq }, index) => {
    if (seq !== index + 1) found.push(`seq ${seq} at place ${index + 1}`);
  });
  const asked = messages.filter(({ message }) => message.role === "user").map(({ message }) => textOf(message));
  for (const text of told.asked) {
    const times = asked.filter((said) => said === text).length;
    if (times !== 1) found.push(`the model was asked ${JSON.stringify(text)}, which is in the ledger ${times} times`);
  }
  const commands = messages.flatMap(({ message }) => (message.role === "assistant" ? toolCallsOf(message) : []));
  const results = messages.flatMap(({ message }) => (message.role === "tool" ? [message] : []));
  for (const mark of new Set(marks)) {
    const times = marks.filter((other) => other === mark).length;
    if (times > 1) found.push(`${mark} was written ${times} times`);
    if (!commands.some((call) => JSON.stringify(call.input).includes(`${mark} `)))
      found.push(`${mark} was written and is not in the ledger`);
  }
  for (const call of commands) {
    const own = results.filter((result) => result.callId === call.id);
    if (own.length !== 1) found.push(`call ${call.id} has ${own.length} results`);
    const mark = /mark-\d+/u.exec(JSON.stringify(call.input))?.[0] ?? "";
    const isReported = own[0]?.isError === true && /unknown|Not run/u.test(own[0].text);
    if (!marks.includes(mark) && !isReported) found.push(`${mark} was neither written nor reported`);
  }
  return found;
}

async function killAndContinue(after: number): Promise<readonly string[]> {
  const told: Told = { issued: new Set(), asked: new Set() };
  await using server = await startVendor(told);
  using place = newPlace(endpoint(server.baseUrl));
  const child = startHermes(place, ["-p", "the first task", "--yes"]);
  const end = ended(child);
  setTimeout(() => child.kill("SIGKILL"), after);
  await end;
  const isContinuing = (await stored(place)).length > 0;
  const again = await runHermes(place, [...(isContinuing ? ["-c"] : []), "-p", "the second task", "--yes"]);
  if (again.exitCode !== 0) return [`the second process ended with ${again.exitCode}: ${again.stderr}`];
  if (again.stdout !== "Wrote everything for the second task.\n") return [`the second answer was ${again.stdout}`];
  return breaches(await stored(place), written(place), told);
}

/** How long a whole undisturbed task takes here, so that the kills fall into all of it. */
async function usualMs(): Promise<number> {
  const told: Told = { issued: new Set(), asked: new Set() };
  await using server = await startVendor(told);
  using place = newPlace(endpoint(server.baseUrl));
  const began = performance.now();
  await runHermes(place, ["-p", "the first task", "--yes"]);
  return performance.now() - began;
}

test(
  `${kills} kills at random moments: nothing lost, nothing twice, what is open is reported`,
  { timeout: 400_000 },
  async () => {
    const whole = await usualMs();
    const moments = Array.from({ length: kills }, (_, index) => ((index + Math.random()) / kills) * whole * 1.5);
    const failures: string[] = [];
    const work = async (): Promise<void> => {
      for (let moment = moments.pop(); moment !== undefined; moment = moments.pop()) {
        const found = await killAndContinue(moment);
        failures.push(...found.map((breach) => `killed after ${moment.toFixed(0)} ms: ${breach}`));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    expect(failures).toEqual([]);
  },
);
