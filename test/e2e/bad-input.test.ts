import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startModelServer } from "../emulators/model-server.ts";
import { endpoint, newPlace, runHermes, type Ended } from "./run-hermes.ts";

/** One sentence for a person, none of our insides. */
function expectSentence(run: Ended, sentence: RegExp): void {
  expect(run.stdout).toBe("");
  const lines = run.stderr.trimEnd().split("\n");
  expect(lines.at(-1)).toMatch(sentence);
  expect(run.stderr).not.toMatch(/\n\s+at |node:internal|undefined/u);
}

describe("bad input is answered with one sentence that names the fix", () => {
  test("an unknown option", async () => {
    using place = newPlace();
    const run = await runHermes(place, ["-p", "x", "--jason"]);
    expect(run.exitCode).toBe(2);
    expectSentence(run, /^hermes: There is no option --jason; did you mean --json\?: see hermes --help\.$/u);
  });

  test("an unknown command", async () => {
    using place = newPlace();
    const run = await runHermes(place, ["session"]);
    expect(run.exitCode).toBe(2);
    expectSentence(run, /did you mean hermes sessions\?/u);
  });

  test("no model at all", async () => {
    const nowhere = ["ollama", "lmstudio", "llamacpp", "vllm"].map((name) => `${name}=http://127.0.0.1:1/v1`).join(",");
    using place = newPlace({ HERMES_SET_MODEL__PROVIDER_URLS: nowhere });
    const run = await runHermes(place, ["-p", "x"]);
    expect(run.exitCode).toBe(1);
    expectSentence(run, /OPENROUTER_API_KEY.*HERMES_BASE_URL/u);
  });

  test("no model, but a local server that has one", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "no" }), models: ["qwen3"] });
    using place = newPlace({ HERMES_SET_MODEL__PROVIDER_URLS: `ollama=${server.baseUrl}` });
    const run = await runHermes(place, ["-p", "x"]);
    expect(run.exitCode).toBe(1);
    expectSentence(run, /Ollama runs at http:.*hermes model use ollama\/qwen3/u);
    expect(server.requests).toEqual([]);
  });

  test("an unknown model of a known provider", async () => {
    using place = newPlace({ ANTHROPIC_API_KEY: "k" });
    const run = await runHermes(place, ["-p", "x", "--model", "anthropic/claude-sonet-5"]);
    expect(run.exitCode).toBe(1);
    expectSentence(run, /claude-sonnet-5/u);
  });

  test("a model that the endpoint does not have", async () => {
    const body = { error: { message: "The model `emulated` does not exist", code: "model_not_found" } };
    await using server = await startModelServer({
      reply: () => ({ fault: { kind: "status", status: 404, body } }),
      models: ["other"],
    });
    using place = newPlace(endpoint(server.baseUrl));
    const run = await runHermes(place, ["-p", "x"]);
    expect(run.exitCode).toBe(1);
    expectSentence(run, /emulated/u);
  });

  test("a key that is refused, without showing it", async () => {
    const fault = {
      kind: "status",
      status: 401,
      body: { error: { message: "Incorrect API key provided: sk-secret-0123456789" } },
    } as const;
    await using server = await startModelServer({ reply: () => ({ fault }) });
    using place = newPlace({ ...endpoint(server.baseUrl), HERMES_API_KEY: "sk-secret-0123456789" });
    const run = await runHermes(place, ["-p", "x"]);
    expect(run.exitCode).toBe(1);
    expectSentence(run, /HERMES_API_KEY/u);
    expect(run.stderr).not.toContain("sk-secret-0123456789");
  });

  test("an endpoint that is not there", async () => {
    using place = newPlace({ ...endpoint("http://127.0.0.1:1/v1"), HERMES_SET_MODEL__CALL_SECONDS: "2" });
    const run = await runHermes(place, ["-p", "x"]);
    expect(run.exitCode).toBe(1);
    expectSentence(run, /http:\/\/127\.0\.0\.1:1\/v1/u);
  });

  test("an endpoint that answers with a page", async () => {
    await using server = await startModelServer({ reply: () => ({ fault: { kind: "html" } }) });
    using place = newPlace(endpoint(server.origin));
    const run = await runHermes(place, ["-p", "x"]);
    expect(run.exitCode).toBe(1);
    expectSentence(run, /\/v1/u);
  });

  test("a settings file that does not parse", async () => {
    using place = newPlace();
    mkdirSync(place.home);
    writeFileSync(join(place.home, "settings.yaml"), "model: [\n");
    const run = await runHermes(place, ["-p", "x"]);
    expect(run.exitCode).toBe(2);
    expectSentence(run, /settings\.yaml cannot be used: .*Mend it, or remove it/u);
  });

  test("a home that cannot be written", async () => {
    using place = newPlace();
    writeFileSync(place.home, "a file where the folder should be");
    chmodSync(place.home, 0o400);
    const run = await runHermes(place, ["-p", "x"]);
    expect(run.exitCode).toBe(1);
    expectSentence(run, /cannot be written .*set HERMES_HOME to another folder/u);
  });

  test("the home of the original Hermes, which stays as it was", async () => {
    using place = newPlace();
    mkdirSync(place.home);
    writeFileSync(join(place.home, "config.yaml"), "model: x\n");
    const run = await runHermes(place, ["-p", "x"]);
    expect(run.exitCode).toBe(1);
    expectSentence(run, /belongs to the original Hermes .*set HERMES_HOME/u);
    expect(readdirSync(place.home)).toEqual(["config.yaml"]);
  });

  test("nothing on standard input", async () => {
    using place = newPlace();
    const run = await runHermes(place, ["-p", "-"]);
    expect(run.exitCode).toBe(2);
    expectSentence(run, /The task is empty: write it after -p/u);
  });

  test("a task that is not UTF-8", async () => {
    using place = newPlace();
    const run = await runHermes(place, ["-p", "-"], { stdin: Buffer.from([0x68, 0x69, 0xff, 0xfe]) });
    expect(run.exitCode).toBe(2);
    expectSentence(run, /not valid UTF-8: convert it/u);
  });

  test("a task of 10 MB", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "no" }) });
    using place = newPlace(endpoint(server.baseUrl));
    const run = await runHermes(place, ["-p", "-"], { stdin: "word ".repeat(2_000_000) });
    expect(run.exitCode).toBe(2);
    expectSentence(run, /too long .*save it to a file and name the file/u);
    expect(server.requests).toEqual([]);
  });

  test("a rule that does not parse", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "no" }) });
    using place = newPlace(endpoint(server.baseUrl));
    const run = await runHermes(place, ["-p", "x", "--allow", "exekute *"]);
    expect(run.exitCode).toBe(2);
    expectSentence(run, /exekute/u);
  });

  test("a session that is not there", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "no" }) });
    using place = newPlace(endpoint(server.baseUrl));
    const run = await runHermes(place, ["-p", "x", "-r", "nosuch"]);
    expect(run.exitCode).toBe(1);
    expectSentence(run, /There is no session nosuch: hermes sessions list/u);
  });
});
