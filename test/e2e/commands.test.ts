import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startModelServer } from "../emulators/model-server.ts";
import { endpoint, newPlace, runHermes } from "./run-hermes.ts";

const usage = { input: 1_000, output: 50, cacheRead: 200 };

function lines(text: string): readonly Record<string, unknown>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("what was done before", () => {
  test("is listed, shown and found", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "The harbour opens at six." }) });
    using place = newPlace(endpoint(server.baseUrl));
    await runHermes(place, ["-p", "When does the harbour open?"]);
    await runHermes(place, ["-p", "Something else"]);
    const listed = lines((await runHermes(place, ["sessions", "list", "--json"])).stdout);
    expect(listed.map(({ title, messageCount }) => [title, messageCount])).toEqual([
      ["Something else", 2],
      ["When does the harbour open?", 2],
    ]);
    const id = String(listed[1]?.["id"]);
    const shown = await runHermes(place, ["sessions", "show", id.slice(0, 19)]);
    expect(shown.stdout).toMatch(
      /── 1 user .*\nWhen does the harbour open\?\n── 2 assistant .*\nThe harbour opens at six\.\n/u,
    );
    const found = lines((await runHermes(place, ["sessions", "search", "does", "--json", "--limit", "1"])).stdout);
    expect(found).toMatchObject([{ sessionId: id, sessionTitle: "When does the harbour open?" }]);
  });

  test("a session is continued in its own folder, and says so", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "Done." }) });
    using place = newPlace(endpoint(server.baseUrl));
    using elsewhere = newPlace();
    await runHermes(place, ["-p", "one"]);
    const run = await runHermes({ ...place, folder: elsewhere.folder }, ["-c", "-p", "two"]);
    expect(run.stderr).toContain(`this session works in ${place.folder}, not in ${elsewhere.folder}`);
    expect(lines((await runHermes(place, ["sessions", "list", "--json"])).stdout)).toMatchObject([{ messageCount: 4 }]);
  });

  test("a session in which nothing was said is not the one that is continued", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "Done." }) });
    using place = newPlace(endpoint(server.baseUrl));
    await runHermes(place, ["-p", "one"]);
    const failed = await runHermes({ ...place, env: { ...place.env, HERMES_BASE_URL: "", HERMES_MODEL: "" } }, [
      "-p",
      "x",
    ]);
    expect(failed.exitCode).toBe(1);
    await runHermes(place, ["-c", "-p", "two"]);
    const listed = lines((await runHermes(place, ["sessions", "list", "--json"])).stdout);
    expect(listed).toMatchObject([{ messageCount: 4 }, { messageCount: 0 }]);
  });

  test("tokens are those the vendor reported; a price nobody knows is said to be unknown", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "Done.", usage }) });
    using place = newPlace(endpoint(server.baseUrl));
    await runHermes(place, ["-p", "one"]);
    await runHermes(place, ["-c", "-p", "two"]);
    const [sum] = lines((await runHermes(place, ["usage", "--json"])).stdout);
    expect(sum).toMatchObject({
      calls: 2,
      lost: 0,
      usage: { inputTokens: 2_000, cacheReadTokens: 400, outputTokens: 100 },
    });
    expect((await runHermes(place, ["usage"])).stdout).toMatch(/ {2}unknown +\S*emulated/u);
  });

  test("nothing is kept with --ephemeral", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "Done." }) });
    using place = newPlace(endpoint(server.baseUrl));
    expect(await runHermes(place, ["-p", "one", "--ephemeral"])).toMatchObject({ exitCode: 0, stdout: "Done.\n" });
    expect((await runHermes(place, ["sessions", "list"])).stdout).toContain("No sessions yet");
  });
});

describe("budgets", () => {
  test("a token budget refuses the next call before it is made", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "Done.", usage }) });
    using place = newPlace({ ...endpoint(server.baseUrl), HERMES_SET_MODEL__BUDGETS__DAY_TOKENS: "100" });
    const run = await runHermes(place, ["-p", "one"]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain("model.budgets.day_tokens");
    expect(server.requests).toEqual([]);
  });
});

describe("models and settings", () => {
  test("a model is found, taken for good and shown", async () => {
    using place = newPlace({ ANTHROPIC_API_KEY: "k" });
    const found = lines((await runHermes(place, ["model", "list", "anthropic/claude-sonnet", "--json"])).stdout);
    expect(found.map(({ id }) => id)).toContain("anthropic/claude-sonnet-5");
    expect((await runHermes(place, ["model", "use", "anthropic/claude-sonnet-5"])).exitCode).toBe(0);
    expect(readFileSync(join(place.home, "settings.yaml"), "utf8")).toBe("model:\n  main: anthropic/claude-sonnet-5\n");
    expect((await runHermes(place, ["model"])).stdout).toMatch(/^anthropic\/claude-sonnet-5: window \d+ tokens/u);
  });

  test("a model is tried with one small call", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "ready" }) });
    using place = newPlace(endpoint(server.baseUrl));
    const run = await runHermes(place, ["model", "test"]);
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run.stdout).toMatch(/answers: "ready"/u);
  });

  test("a setting is written, read and explained", async () => {
    using place = newPlace();
    await runHermes(place, ["config", "set", "limits.steps", "7"]);
    expect((await runHermes(place, ["config", "get", "limits.steps"])).stdout).toBe("7\n");
    const listed = lines((await runHermes(place, ["config", "list", "--json"])).stdout);
    expect(listed).toContainEqual({ key: "limits.steps", value: 7, origin: "file", meaning: "model calls in one run" });
    const env = { HERMES_SET_LIMITS__STEPS: "8" };
    expect((await runHermes(place, ["config", "get", "limits.steps"], { env })).stdout).toBe("8\n");
  });
});

describe("the workspace", () => {
  test("is listed and chosen; a place that is not there is named with those that are", async () => {
    using place = newPlace();
    expect((await runHermes(place, ["workspace", "list"])).stdout).toMatch(/^\* local {2}/u);
    expect(await runHermes(place, ["workspace", "use", "local"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect(readFileSync(join(place.home, "settings.yaml"), "utf8")).toBe("workspaces:\n  default: local\n");
    const unknown = await runHermes(place, ["workspace", "use", "box"]);
    expect([unknown.exitCode, unknown.stderr]).toEqual([
      2,
      "hermes: There is no place box. There is: local. hermes workspace use NAME.\n",
    ]);
  });

  test("says what is there, also when nothing is, and ends what runs in the background", async () => {
    await using server = await startModelServer({
      reply: ({ results }) =>
        results.length > 0
          ? { text: "Started." }
          : { calls: [{ name: "terminal", arguments: { command: "sleep 300", background: true } }] },
    });
    using place = newPlace(endpoint(server.baseUrl));
    const status = async (): Promise<Record<string, unknown>> =>
      JSON.parse((await runHermes(place, ["workspace", "status", "--json"])).stdout) as Record<string, unknown>;
    expect(await status()).toEqual({
      place: "local",
      root: place.folder,
      jobs: [],
      checkpoints: 0,
      checkpointBytes: 0,
    });
    await runHermes(place, ["-p", "start", "--yes"]);
    expect(await status()).toMatchObject({ checkpoints: 1, jobs: [{ command: "sleep 300" }] });
    const stopped = await runHermes(place, ["workspace", "stop"]);
    expect([stopped.exitCode, stopped.stdout]).toEqual([0, expect.stringMatching(/^ended \S+ {2}sleep 300\n$/u)]);
    expect(await status()).toMatchObject({ jobs: [] });
    expect((await runHermes(place, ["workspace", "stop"])).stdout).toMatch(/^Nothing runs in the background/u);
  });

  test("an action that is not there, and an undo where nothing was done, are said", async () => {
    using place = newPlace();
    expect(await runHermes(place, ["workspace", "undoo"])).toMatchObject({ exitCode: 2 });
    const undo = await runHermes(place, ["workspace", "undo"]);
    expect([undo.exitCode, undo.stderr]).toEqual([1, expect.stringContaining(`No session worked in ${place.folder}`)]);
    expect(await runHermes(place, ["workspace", "undo", "--force", "--keep"])).toMatchObject({ exitCode: 2 });
  });
});
