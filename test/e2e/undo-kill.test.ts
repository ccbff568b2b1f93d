import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startModelServer } from "../emulators/model-server.ts";
import { ended, endpoint, newPlace, runHermes, startHermes, type Place } from "./run-hermes.ts";

const folders = 20;
const filesInEach = 60;

function fill(folder: string): void {
  for (let at = 0; at < folders; at++) {
    mkdirSync(join(folder, `d${at}`), { recursive: true });
    for (let file = 0; file < filesInEach; file++) {
      writeFileSync(join(folder, `d${at}`, `f${file}`), `${at} ${file}\n`.repeat(50));
    }
  }
}

function stateOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${join(parentPath, name)} ${readFileSync(join(parentPath, name), "latin1")}`)
    .toSorted();
}

async function killedAfter(place: Place, args: readonly string[], delayMs: number): Promise<void> {
  const child = startHermes(place, args);
  const over = ended(child);
  const timer = setTimeout(() => child.kill("SIGKILL"), delayMs);
  await over;
  clearTimeout(timer);
}

function removing() {
  return startModelServer({
    reply: ({ results }) =>
      results.length > 0 ? { text: "Done." } : { calls: [{ name: "terminal", arguments: { command: "rm -rf ./*" } }] },
  });
}

test("an undo that is killed again and again ends with everything back", async () => {
  await using server = await removing();
  using place = newPlace(endpoint(server.baseUrl));
  fill(place.folder);
  const before = stateOf(place.folder);
  await runHermes(place, ["-p", "remove all", "--yes"]);
  expect(stateOf(place.folder)).toEqual([]);
  const counts: number[] = [];
  for (const delayMs of [150, 250, 300, 350, 400, 450]) {
    await killedAfter(place, ["workspace", "undo"], delayMs);
    counts.push(stateOf(place.folder).filter((state) => before.includes(state)).length);
  }
  expect(counts).toEqual(counts.toSorted((one, other) => one - other)); // what is back stays
  const last = await runHermes(place, ["workspace", "undo"]);
  expect(last).toMatchObject({ exitCode: 0, stderr: "" });
  expect(stateOf(place.folder)).toEqual(before);
});

test("a run that is killed around its checkpoint leaves a folder that can be brought back", async () => {
  await using server = await removing();
  using place = newPlace(endpoint(server.baseUrl));
  fill(place.folder);
  const before = stateOf(place.folder);
  for (const delayMs of [200, 300, 350, 400, 450, 500]) {
    await killedAfter(place, ["-p", "remove all", "--yes"], delayMs);
    if (stateOf(place.folder).length === before.length) continue;
    const undo = await runHermes(place, ["workspace", "undo"]);
    expect([undo.exitCode, undo.stderr]).toEqual([0, ""]);
    expect(stateOf(place.folder)).toEqual(before);
  }
  await runHermes(place, ["-p", "remove all", "--yes"]);
  expect(stateOf(place.folder)).toEqual([]);
  expect((await runHermes(place, ["workspace", "undo"])).exitCode).toBe(0);
  expect(stateOf(place.folder)).toEqual(before);
});
