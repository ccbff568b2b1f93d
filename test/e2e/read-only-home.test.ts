import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWith } from "../describe-with.ts";
import { startModelServer } from "../emulators/model-server.ts";
import { repository } from "./copy-clone.ts";
import { ended, endpoint, newPlace, runHermes, type Ended, type Place } from "./run-hermes.ts";

const isRoot = process.getuid?.() === 0;
/** Root writes where it must not: it is made to obey the modes of files. */
const obeying = isRoot ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
const engine = {
  name: "setpriv",
  isThere: !isRoot || spawnSync("setpriv", ["--version"]).status === 0,
  howToInstall: "util-linux, or run the tests as a user",
};

function runObeying(place: Place, args: readonly string[]): Promise<Ended> {
  const [program = "", ...rest] = [...obeying, process.execPath, join(repository, "dist", "main.js"), ...args];
  return ended(spawn(program, rest, { cwd: place.folder, env: place.env, stdio: ["ignore", "pipe", "pipe"] }));
}

async function told(place: Place): Promise<void> {
  await using server = await startModelServer({ reply: () => ({ text: "It opens at six." }) });
  const env = endpoint(server.baseUrl);
  await runHermes(place, ["-p", "When does the harbour open?"], { env });
}

function writable(place: Place, mode: number): void {
  for (const name of readdirSync(place.home))
    if (name.startsWith("hermes.db")) chmodSync(join(place.home, name), mode & 0o666);
  chmodSync(place.home, mode);
}

const notice = /^hermes: the home \S+ cannot be written: what was stored is shown, and the newest may be missing\.\n/u;

describeWith(engine)("a home that cannot be written", () => {
  test("is looked at all the same, and that is said; nothing is made in it", async () => {
    using place = newPlace(endpoint("http://127.0.0.1:9/v1"));
    await told(place);
    mkdirSync(join(place.home, "cache"), { recursive: true });
    writeFileSync(join(place.home, "settings.yaml"), "limits: { steps: 7 }\n");
    const before = readdirSync(place.home);
    writable(place, 0o555);
    chmodSync(join(place.home, "cache"), 0o555);
    try {
      for (const [args, text] of [
        [["sessions", "list"], "When does the harbour open?"],
        [["sessions", "search", "harbour"], "#1 user: When does the harbour open?"],
        [["usage"], "emulated"],
      ] as const) {
        const run = await runObeying(place, args);
        expect([run.exitCode, run.stdout.includes(text)]).toEqual([0, true]);
        expect(run.stderr).toMatch(notice);
      }
      const summed = await runObeying(place, ["sessions", "search", "harbour", "--summarize"]);
      expect([summed.exitCode, summed.stdout.includes("When does the harbour open?")]).toEqual([0, true]);
      expect(summed.stderr).toMatch(/There is no summary \(The store cannot be used .*\); these are the passages/u);
      const task = await runObeying(place, ["-p", "Something"]);
      expect([task.exitCode, task.stderr.includes("cannot be written")]).toEqual([1, true]);
      expect(readdirSync(place.home)).toEqual(before);
    } finally {
      writable(place, 0o755);
      chmodSync(join(place.home, "cache"), 0o755);
    }
  });

  test("is looked at too when a process was killed while it wrote", async () => {
    using place = newPlace();
    await told(place);
    const database = join(place.home, "hermes.db");
    const { DatabaseSync } = await import("node:sqlite");
    const writer = new DatabaseSync(database);
    writer.exec("UPDATE session SET title = 'only in the log'");
    expect(existsSync(`${database}-wal`)).toBe(true);
    const copy = join(place.folder, "hermes.db-wal");
    copyFileSync(`${database}-wal`, copy);
    writer.close();
    copyFileSync(copy, `${database}-wal`);
    rmSync(`${database}-shm`, { force: true });
    writable(place, 0o555);
    try {
      const run = await runObeying(place, ["sessions", "list", "--json"]);
      expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(notice) });
      expect(run.stdout).toMatch(/"messageCount":2/u);
    } finally {
      writable(place, 0o755);
    }
  });
});
