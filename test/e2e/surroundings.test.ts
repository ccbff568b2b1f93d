import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startModelServer } from "../emulators/model-server.ts";
import { endpoint, newPlace, runHermes } from "./run-hermes.ts";

describe("unusual surroundings of hermes -p", () => {
  test("the home is out of the agent's reach under every name it has", async () => {
    using place = newPlace();
    const target = join(place.home, "..", "target");
    mkdirSync(target);
    symlinkSync(target, place.home);
    await using server = await startModelServer({
      reply: ({ results }) => {
        const calls = [place.home, target].flatMap((home, index) => [
          { name: "write_file", arguments: { path: join(home, `a${index}`), content: "x" } },
          { name: "terminal", arguments: { command: `echo x > ${join(home, `b${index}`)}` } },
        ]);
        return results.length === 0 ? { calls } : { text: "Tried." };
      },
    });
    const run = await runHermes(place, ["-p", "Write there", "--yes"], { env: endpoint(server.baseUrl) });
    expect(run.exitCode).toBe(3);
    expect(readdirSync(target).filter((name) => /^[ab]\d$/u.test(name))).toEqual([]);
  });
});
