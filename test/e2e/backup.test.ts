import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { startModelServer } from "../emulators/model-server.ts";
import { startWorker } from "./ledger-process.ts";
import { ended, endpoint, newPlace, runHermes, startHermes, type Ended, type Place } from "./run-hermes.ts";

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const passphrase = { HERMES_BACKUP_PASSPHRASE: "a long passphrase" };
const parentOf = (place: Place): string => dirname(place.home);

/** Resolves when a restore has begun to unpack, or has ended. */
async function unpackingIn(folder: string, end: Promise<Ended>): Promise<void> {
  const over = end.then(() => true);
  const isOver = (): Promise<boolean> => Promise.race([over, wait(2).then(() => false)]);
  while (!readdirSync(folder).some((name) => name.includes(".restoring-"))) if (await isOver()) return;
}

function countIn(home: string, table = "message"): number {
  const database = new DatabaseSync(join(home, "hermes.db"), { readOnly: true, timeout: 10_000 });
  try {
    return Number(database.prepare(`SELECT count(*) AS many FROM ${table}`).get()?.["many"]);
  } finally {
    database.close();
  }
}

function integrityOf(home: string): unknown {
  const database = new DatabaseSync(join(home, "hermes.db"), { timeout: 10_000 });
  try {
    return database.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
  } finally {
    database.close();
  }
}

/** What a person sees of a home. */
async function answersOf(place: Place, home: string): Promise<readonly string[]> {
  const inHome = async (...args: readonly string[]): Promise<string> =>
    (await runHermes(place, args, { env: { HERMES_HOME: home } })).stdout;
  const list = await inHome("sessions", "list", "--json");
  const first = (JSON.parse(list.split("\n")[0] ?? "{}") as { id?: string }).id ?? "";
  return [
    list,
    await inHome("sessions", "show", first, "--json"),
    await inHome("sessions", "search", "words of a person", "--json", "--limit", "20"),
    await inHome("usage", "--json"),
  ];
}

describe("a backup", () => {
  test("taken while others write, and restored into another home, has the same sessions and answers", async () => {
    using place = newPlace();
    mkdirSync(place.home, { mode: 0o700 });
    const worker = startWorker(place.home, "w", "0", "100000", "paced");
    await worker.working;
    await wait(700);
    const file = join(parentOf(place), "backup");
    const before = countIn(place.home);
    expect(await runHermes(place, ["backup", file])).toMatchObject({ exitCode: 0 });
    const after = countIn(place.home);
    worker.kill();
    await worker.ended;
    const moving = join(parentOf(place), "moving");
    expect(await runHermes(place, ["restore", file, "--into", moving])).toMatchObject({ exitCode: 0 });
    expect(integrityOf(moving)).toBe("ok");
    expect(countIn(moving)).toBeGreaterThanOrEqual(before);
    expect(countIn(moving)).toBeLessThanOrEqual(after);
    expect(after).toBeGreaterThan(before); // they wrote all the time

    const still = join(parentOf(place), "still");
    expect(await runHermes(place, ["sessions", "list"])).toMatchObject({ exitCode: 0 }); // settles what the kill left
    expect(await runHermes(place, ["backup", `${file}-2`])).toMatchObject({ exitCode: 0 });
    expect(await runHermes(place, ["restore", `${file}-2`, "--into", still])).toMatchObject({ exitCode: 0 });
    expect(integrityOf(still)).toBe("ok");
    const verified = await runHermes(place, ["audit", "verify"], { env: { HERMES_HOME: still } });
    expect(verified).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("The record is whole") });
    const answers = await answersOf(place, place.home);
    expect(answers.every((answer) => answer.length > 100)).toBe(true);
    expect(await answersOf(place, still)).toEqual(answers);
  });

  test("encrypted has the secrets and their key, and nothing in it can be read", async () => {
    using place = newPlace();
    using elsewhere = newPlace();
    const file = join(parentOf(place), "backup");
    await runHermes(place, ["secrets", "set", "DOOR"], { stdin: "swordfish-0042" });
    mkdirSync(join(place.home, "skills", "greet"), { recursive: true });
    writeFileSync(join(place.home, "skills", "greet", "SKILL.md"), "# Say hello\n");
    mkdirSync(join(place.home, "cache", "outputs"), { recursive: true });
    writeFileSync(join(place.home, "cache", "outputs", "c1.out"), "a long output");
    expect(await runHermes(place, ["backup", file])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--without-secrets"),
    });
    expect(existsSync(file)).toBe(false);
    expect(await runHermes(place, ["backup", file], { env: passphrase })).toMatchObject({ exitCode: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "latin1")).not.toMatch(/Say hello|SKILL|swordfish|SQLite/);
    const args = ["restore", file];
    const other = { ...elsewhere, env: { ...elsewhere.env, HERMES_HOME: join(parentOf(elsewhere), "a", "home") } };
    mkdirSync(join(parentOf(elsewhere), "a"));
    expect(await runHermes(other, args)).toMatchObject({ exitCode: 2 });
    const wrong = await runHermes(other, args, { env: { HERMES_BACKUP_PASSPHRASE: "another one" } });
    expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("not its passphrase") });
    expect(await runHermes(other, args, { env: passphrase })).toMatchObject({ exitCode: 0 });
    expect((await runHermes(other, ["secrets", "doctor"])).exitCode).toBe(0);
    expect((await runHermes(other, ["secrets", "list"])).stdout).toContain("DOOR");
    const restored = join(parentOf(elsewhere), "a", "home");
    expect(readFileSync(join(restored, "skills", "greet", "SKILL.md"), "utf8")).toBe("# Say hello\n");
    expect(readFileSync(join(restored, "cache", "outputs", "c1.out"), "utf8")).toBe("a long output");
  });

  test("without secrets is a tar archive with none in it, also none that somebody wrote into the settings", async () => {
    using place = newPlace();
    const file = join(parentOf(place), "backup.tar");
    const token = ["ghp_", "canary16C7e42F292c6912E7710c838347Ae17"].join("");
    await runHermes(place, ["secrets", "set", "DOOR"], { stdin: "swordfish-0042" });
    writeFileSync(join(place.home, "settings.yaml"), `# ${token}\nmodel:\n  main: openai/gpt-5.4 # swordfish-0042\n`);
    const made = await runHermes(place, ["backup", file, "--without-secrets"]);
    expect(made).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("settings.yaml is masked") });
    const bytes = readFileSync(file, "latin1");
    expect(bytes).toContain("home/settings.yaml");
    expect(bytes).not.toContain("home/secrets");
    expect(bytes).not.toContain(token);
    expect(bytes).not.toContain("swordfish");
    expect(readFileSync(join(place.home, "settings.yaml"), "utf8")).toContain(token);
  });

  test("is whole under its name or not there, and replaces nothing unasked", async () => {
    using place = newPlace();
    const folder = join(parentOf(place), "backups");
    mkdirSync(folder);
    const file = join(folder, "backup");
    await runHermes(place, ["config", "set", "limits.steps", "7"]);
    writeFileSync(join(place.home, "notes.md"), "n".repeat(3_000_000));
    for (let kill = 0; kill < 6; kill++) {
      const child = startHermes(place, ["backup", file, "--force"]);
      const end = ended(child);
      await wait(120 + kill * 60);
      child.kill("SIGKILL");
      await end;
      if (!existsSync(file)) continue;
      const into = join(folder, `into-${kill}`);
      expect(await runHermes(place, ["restore", file, "--into", into])).toMatchObject({ exitCode: 0 });
    }
    await runHermes(place, ["backup", file, "--force"]);
    const size = statSync(file).size;
    expect(await runHermes(place, ["backup", file])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--force"),
    });
    expect(statSync(file).size).toBe(size);
    expect(readdirSync(join(place.home, "cache")).filter((name) => name.startsWith("backup."))).toEqual([]);
  });
});

describe("a restore", () => {
  test("of a backup with one wrong byte, or cut short, is refused and changes nothing", async () => {
    using place = newPlace();
    await runHermes(place, ["secrets", "set", "DOOR"], { stdin: "swordfish-0042" });
    const files = { plain: join(parentOf(place), "plain"), sealed: join(parentOf(place), "sealed") };
    await runHermes(place, ["backup", files.plain, "--without-secrets"]);
    await runHermes(place, ["backup", files.sealed], { env: passphrase });
    const listed = (await runHermes(place, ["audit", "--json"])).stdout;
    const bad = join(parentOf(place), "bad");
    for (const file of Object.values(files)) {
      const bytes = readFileSync(file);
      const changes = [0.02, 0.4, 0.7].map((part) => {
        const changed = Buffer.from(bytes);
        const at = Math.floor(bytes.length * part);
        changed[at] = (changed[at] ?? 0) ^ 1;
        return changed;
      });
      for (const changed of [
        ...changes,
        bytes.subarray(0, bytes.length - 3_000),
        bytes.subarray(0, 100),
        Buffer.from(""),
      ]) {
        writeFileSync(bad, changed);
        const run = await runHermes(place, ["restore", bad, "--force"], { env: passphrase });
        expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/damaged|cannot be opened/) });
      }
    }
    expect((await runHermes(place, ["audit", "--json"])).stdout).toBe(listed);
    expect(
      readdirSync(parentOf(place)).filter((name) => /restoring|restore-mark|restore-switch|before-restore/.test(name)),
    ).toEqual([]);
  });

  test("is refused while another process uses the home, and without --force where a home is", async () => {
    await using server = await startModelServer({
      reply: () => ({ calls: [{ name: "terminal", arguments: { command: "sleep 30" } }] }),
    });
    using place = newPlace(endpoint(server.baseUrl));
    const file = join(parentOf(place), "backup");
    await runHermes(place, ["backup", file]);
    const child = startHermes(place, ["-p", "sleep", "--yes"]);
    const end = ended(child);
    await expect.poll(() => server.requests.length, { timeout: 30_000 }).toBe(1);
    expect(await runHermes(place, ["restore", `${file}-2`])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("There is no file"),
    });
    expect(await runHermes(place, ["restore", file])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--force"),
    });
    const refused = await runHermes(place, ["restore", file, "--force"]);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("Another Hermes uses this home") });
    child.kill("SIGINT");
    await end;
    expect(await runHermes(place, ["restore", file, "--force"])).toMatchObject({ exitCode: 0 });
  });

  test("that is killed leaves the old home or the new one, and the next start says so", async () => {
    using place = newPlace();
    const [old, file] = [join(parentOf(place), "old"), join(parentOf(place), "backup")];
    await runHermes(place, ["config", "set", "limits.steps", "7"]);
    writeFileSync(join(place.home, "notes.md"), "n".repeat(20_000_000));
    await runHermes(place, ["backup", file]);
    await runHermes(place, ["config", "set", "limits.steps", "8"]);
    await runHermes(place, ["audit"]);
    const reset = (): void => {
      rmSync(old, { recursive: true, force: true });
      cpSync(place.home, old, { recursive: true });
    };
    reset();
    const inOld = (...args: readonly string[]): Promise<Ended> => runHermes(place, args, { env: { HERMES_HOME: old } });
    const said: string[] = [];
    const states = new Set<string>();
    for (let kill = 0; kill < 20; kill++) {
      const child = startHermes(place, ["restore", file, "--force"], { HERMES_HOME: old });
      const end = ended(child);
      if (kill % 2 === 0) await unpackingIn(parentOf(place), end);
      await wait(kill % 2 === 0 ? kill * 4 : Math.random() * 600);
      child.kill("SIGKILL");
      await end;
      const { stdout, stderr, exitCode } = await inOld("audit", "--json");
      const steps = (await inOld("config", "get", "limits.steps")).stdout.trim();
      expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
      const actions = stdout
        .trim()
        .split("\n")
        .map((row) => (JSON.parse(row) as { action: string }).action);
      const isNew = actions[0] === "restore";
      expect(steps).toBe(isNew ? "7" : "8");
      expect(integrityOf(old)).toBe("ok");
      expect(statSync(join(old, "notes.md")).size).toBe(20_000_000);
      said.push(stderr);
      states.add(steps);
      if (isNew) reset();
    }
    expect(states.has("8")).toBe(true);
    expect(said.some((text) => text.includes("interrupted"))).toBe(true);
    expect(readdirSync(parentOf(place)).filter((name) => /restoring|restore-mark|restore-switch/.test(name))).toEqual(
      [],
    );
  });
});
