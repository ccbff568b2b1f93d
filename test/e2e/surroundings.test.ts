import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startModelServer } from "../emulators/model-server.ts";
import { repository } from "./copy-clone.ts";
import { ended, endpoint, newPlace, runHermes, startHermes, type Place } from "./run-hermes.ts";

function inShell(place: Place, line: string): { readonly status: number | null; readonly stderr: string } {
  const env = { ...place.env, NODE: process.execPath, MAIN: join(repository, "dist", "main.js") };
  return spawnSync("/bin/sh", ["-c", line], { cwd: place.folder, env, encoding: "utf8", timeout: 20_000 });
}

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

  test("an output that takes nothing is told in one sentence", () => {
    using place = newPlace();
    const commands = existsSync("/dev/full") ? ["--help", "help", "config list"] : []; // macOS has no such device
    for (const command of commands) {
      const run = inShell(place, `"$NODE" "$MAIN" ${command} >/dev/full`);
      expect(run.stderr).toMatch(/^hermes: Standard output cannot be written \(ENOSPC\): [^\n]+\n$/u);
      expect(run.status).toBe(1);
    }
  });

  test("a terminal that goes away stops the run and ends what it started", async () => {
    await using server = await startModelServer({
      reply: () => ({ calls: [{ name: "terminal", arguments: { command: "echo $$ > pid; sleep 60" } }] }),
    });
    using place = newPlace(endpoint(server.baseUrl));
    const child = startHermes(place, ["-p", "Sleep", "--yes"]);
    const end = ended(child);
    const isThere = (): boolean => existsSync(join(place.folder, "pid"));
    await expect.poll(isThere, { timeout: 10_000, interval: 20 }).toBe(true);
    child.kill("SIGHUP");
    expect((await end).exitCode).toBe(130);
    const { status } = inShell(place, 'kill -0 "$(cat pid)" 2>/dev/null');
    expect(status).toBe(1);
  });

  test("empty variables count as not set, and nothing appears in the working folder", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "Here." }) });
    using place = newPlace(endpoint(server.baseUrl));
    const home = join(place.home, "..");
    expect(await runHermes(place, ["-p", "x"], { env: { HERMES_HOME: "", HOME: home } })).toMatchObject({
      exitCode: 0,
    });
    expect(readdirSync(place.folder)).toEqual([]);
    expect(existsSync(join(home, ".hermes", "hermes.db"))).toBe(true);
  });
});
