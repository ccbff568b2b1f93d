import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bubblewrapEngine } from "../bubblewrap-engine.ts";
import { describeWith } from "../describe-with.ts";
import { startModelServer } from "../emulators/model-server.ts";
import { ended, endpoint, newPlace, runHermes, startHermes } from "./run-hermes.ts";

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const outlives = "a background job outlives a kill of Hermes; the next start shows its exact log and its end, once";
describe("without a sandbox", () => {
  test(outlives, () => killAndLook("off"));
});
describeWith(await bubblewrapEngine())("in the sandbox", () => {
  test(outlives, () => killAndLook("required"));
});

async function killAndLook(sandbox: string): Promise<void> {
  const seen: string[] = [];
  await using server = await startModelServer({
    reply: ({ asked, results }) => {
      const last = results.at(-1) ?? "";
      seen.push(last);
      if (asked.includes("start it") && results.length === 0) {
        const command = "for i in 1 2 3 4 5; do echo line $i; sleep 0.4; done; exit 7";
        return { calls: [{ name: "terminal", arguments: { command, background: true } }] };
      }
      if (asked.includes("start it") && !asked.includes("look")) {
        return { calls: [{ name: "terminal", arguments: { command: "sleep 3; echo slept" } }] };
      }
      if (last.includes("ended: exit 7")) {
        const id = /job (\S+) ended/u.exec(last)?.[1] ?? "";
        return { calls: [{ name: "process", arguments: { action: "log", id } }] };
      }
      if (last.includes("of 35]")) return { calls: [{ name: "terminal", arguments: { command: "true" } }] };
      if (seen.filter((text) => text.includes("ended: exit 7")).length > 0) return { text: "All seen." };
      return { calls: [{ name: "terminal", arguments: { command: "echo looking" } }] };
    },
  });
  using place = newPlace({ ...endpoint(server.baseUrl), HERMES_SET_WORKSPACES__LOCAL__SANDBOX: sandbox });
  const child = startHermes(place, ["-p", "start it", "--yes"]);
  const end = ended(child);
  await expect
    .poll(() => jobFiles(place.env["HOME"] ?? "").filter((file) => file.endsWith(".pid")).length, { timeout: 20_000 })
    .toBe(2);
  child.kill("SIGKILL");
  await end;
  await wait(2_500); // the job ends while nobody is there
  const again = await runHermes(place, ["-c", "-p", "look", "--yes"]);
  expect(again.stdout).toBe("All seen.\n");
  expect(again.stderr).toMatch(/background job \S+ \(for i in .*\) of session \S+ ended with exit 7\. hermes -r/u);
  const later = await runHermes(place, ["-c", "-p", "look", "--yes"]);
  expect(later.stderr).not.toContain("background job");
  const listed = await runHermes(place, ["sessions", "list"]);
  const shown = await runHermes(place, ["sessions", "show", listed.stdout.split(" ")[0] ?? ""]);
  expect(shown.stdout).toMatch(/slept\n\[exit 0, .*\n\[Hermes was killed while this ran; it was not run again/);
  expect(seen.filter((text) => text.includes("ended: exit 7"))).toHaveLength(1);
  expect(seen.find((text) => text.includes("of 35]"))).toBe(
    "[bytes 0-35 of 35]\nline 1\nline 2\nline 3\nline 4\nline 5\n",
  );
}

test("a watched job that matched and ended while Hermes was away is news once, for the person and the model", async () => {
  await using server = await startModelServer({
    reply: ({ asked, results }) => {
      if (asked.includes("look")) return { text: "Noted." };
      const command = "sleep 0.5; echo READY here; exit 5";
      const watched = { command, background: true, watch_patterns: ["READY"], notify_on_complete: true };
      if (results.length === 0) return { calls: [{ name: "terminal", arguments: watched }] };
      return { calls: [{ name: "terminal", arguments: { command: "sleep 300", timeout: 1 } }] };
    },
  });
  using place = newPlace(endpoint(server.baseUrl));
  const home = place.env["HOME"] ?? "";
  const child = startHermes(place, ["-p", "start it", "--yes"]);
  const end = ended(child);
  await expect.poll(() => jobFiles(home).some((file) => file.endsWith(".note")), { timeout: 20_000 }).toBe(true);
  child.kill("SIGKILL");
  await end;
  await expect.poll(() => jobFiles(home).some((file) => file.endsWith(".rc")), { timeout: 20_000 }).toBe(true);
  const first = await runHermes(place, ["-c", "-p", "look", "--yes"]);
  expect(first.stderr).toContain('printed "READY here"');
  expect(first.stderr).toMatch(/job \S+ \(.*\) ended: exit 5/u);
  const told = (): number => server.requests.at(-1)?.raw.split("ended: exit 5").length ?? 0;
  expect(server.requests.at(-1)?.raw).toContain("READY here");
  const second = await runHermes(place, ["-c", "-p", "look again", "--yes"]);
  expect(second.stderr).not.toContain("READY here");
  expect(told()).toBe(2); // once: it stands in the history
});

test("the timeout of a command holds after a kill of Hermes, and the next start is told", async () => {
  const seen: string[] = [];
  await using server = await startModelServer({
    reply: ({ results }) => {
      seen.push(results.at(-1) ?? "");
      if (results.length > 0) return { text: "Seen." };
      return { calls: [{ name: "terminal", arguments: { command: "echo begun; sleep 300", timeout: 1 } }] };
    },
  });
  using place = newPlace(endpoint(server.baseUrl));
  const home = place.env["HOME"] ?? "";
  const child = startHermes(place, ["-p", "start it", "--yes"]);
  const end = ended(child);
  await expect.poll(() => jobFiles(home).some((file) => file.endsWith(".pid")), { timeout: 20_000 }).toBe(true);
  child.kill("SIGKILL");
  await end;
  await expect.poll(() => jobFiles(home).some((file) => file.endsWith(".rc")), { timeout: 20_000 }).toBe(true);
  expect(await runHermes(place, ["-c", "-p", "look", "--yes"])).toMatchObject({ stdout: "Seen.\n" });
  expect(seen.at(-1)).toMatch(/^begun\n\[timed out after 1 s/u);
});

function jobFiles(home: string): readonly string[] {
  const state = join(home, ".local", "state", "hermes");
  const files = existsSync(state) ? readdirSync(state, { recursive: true }).map(String) : [];
  return files.filter((file) => file.includes("/jobs/"));
}
