import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { startModelServer, type EmulatedRequest } from "../emulators/model-server.ts";
import type { EmulatedReply } from "../emulators/model-reply.ts";
import { endpoint, newPlace, runHermes, type Place } from "./run-hermes.ts";

const value = "swordfish-0042";

function withoutKey(baseUrl: string): Readonly<Record<string, string>> {
  return { HERMES_BASE_URL: baseUrl, HERMES_MODEL: "emulated" };
}

async function withSecret(place: Place, name: string): Promise<void> {
  expect(await runHermes(place, ["secrets", "set", name], { stdin: `${value}\n` })).toMatchObject({ exitCode: 0 });
}

/** Uses the secret DOOR in one command, which leaves a file when it had the value. */
function opener({ results }: EmulatedRequest): EmulatedReply {
  if (results.length > 0) return { text: `It said: ${results[0] ?? ""}` };
  const command = "./open.sh";
  return { calls: [{ name: "terminal", arguments: { command, secrets: ["DOOR"] } }] };
}

test("a key in the settings is a reference; it reaches the vendor and nobody else", async () => {
  await using server = await startModelServer({ reply: () => ({ text: "Hello." }) });
  using place = newPlace(withoutKey(server.baseUrl));
  mkdirSync(place.home, { recursive: true });
  writeFileSync(join(place.home, "settings.yaml"), "model:\n  api_key: ${secret:DOOR}\n");
  expect(await runHermes(place, ["-p", "hi"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("hermes secrets set DOOR"),
  });
  await withSecret(place, "DOOR");
  expect(await runHermes(place, ["-p", "hi"])).toMatchObject({ exitCode: 0, stdout: "Hello.\n" });
  expect(server.requests[0]?.headers["authorization"]).toBe(`Bearer ${value}`);
  expect((await runHermes(place, ["config", "list"])).stdout).toContain("model.api_key: ${secret:DOOR}");
  const plain = await runHermes(place, ["-p", "hi", "--set", `model.api_key=${value}`]);
  expect(plain).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("in plain sight") });
});

test("a stored key of a provider is used as if it were in the environment", async () => {
  await using server = await startModelServer({ reply: () => ({ text: "Hello." }) });
  using place = newPlace({
    HERMES_MODEL: "openrouter/anthropic/claude-sonnet-5",
    HERMES_SET_MODEL__PROVIDER_URLS: `openrouter=${server.baseUrl}`,
  });
  await withSecret(place, "OPENROUTER_API_KEY");
  expect(await runHermes(place, ["-p", "hi"])).toMatchObject({ exitCode: 0, stdout: "Hello.\n" });
  expect(JSON.stringify(server.requests[0]?.headers)).toContain(value);
});

test("the model is told names; a command gets the value only when a rule names it, and the audit says who got it", async () => {
  await using server = await startModelServer({ reply: opener });
  using place = newPlace(endpoint(server.baseUrl));
  await withSecret(place, "DOOR");
  const script = `#!/bin/sh\necho "$DOOR"; test "$DOOR" = ${value} && touch open\n`;
  writeFileSync(join(place.folder, "open.sh"), script, { mode: 0o755 });
  const rules = ["--allow", "execute terminal ./open.sh"];
  const refused = await runHermes(place, ["-p", "Open it", ...rules]);
  expect(refused).toMatchObject({ exitCode: 3, stdout: expect.stringContaining("Refused") });
  expect(existsSync(join(place.folder, "open"))).toBe(false);
  const named = ["--allow", "execute terminal export DOOR=*"];
  const run = await runHermes(place, ["-p", "Open it", ...rules, ...named, "--json"]);
  expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("‹secret:DOOR›") });
  expect(existsSync(join(place.folder, "open"))).toBe(true);
  expect(server.requests[0]?.raw).toContain("values the command gets as variables of the same name: DOOR");
  expect(run.stdout + refused.stdout + server.requests.map(({ raw }) => raw).join("")).not.toContain(value);
  const audit = (await runHermes(place, ["audit"])).stdout;
  expect(audit).toMatch(/rule: start terminal · export DOOR=‹secret:DOOR›; \.\/open\.sh/u);
  expect(audit).toMatch(/agent: use secret · DOOR: \.\/open\.sh/u);
  expect(audit).not.toContain(value);
});

test("what was masked is told once; the answer and the session hold the placeholder", async () => {
  await using server = await startModelServer({ reply: ({ asked }) => ({ text: `You said ${asked}` }) });
  using place = newPlace(endpoint(server.baseUrl));
  const token = ["ghp_", "canary16C7e42F292c6912E7710c838347Ae17"].join("");
  const run = await runHermes(place, ["-p", `Use ${token} twice: ${token}`]);
  expect(run.stdout).toMatch(/^You said Use (‹secret:[0-9a-f]{6}›) twice: \1\n$/u);
  expect(run.stderr.match(/1 value that looks like a key or card number was masked/g)).toHaveLength(1);
  const loose = await runHermes(place, ["-p", `Use ${token}`, "--set", "secrets.masking=known"]);
  expect(loose.stdout).toBe(`You said Use ${token}\n`);
});

test("locked secrets do not stop what needs none of them, and are told", async () => {
  await using server = await startModelServer({ reply: () => ({ text: "Hello." }) });
  using place = newPlace(endpoint(server.baseUrl));
  await withSecret(place, "DOOR");
  const phrase = { HERMES_NEW_PASSPHRASE: "long passphrase" };
  expect(await runHermes(place, ["secrets", "rekey", "--passphrase"], { env: phrase })).toMatchObject({ exitCode: 0 });
  const run = await runHermes(place, ["-p", "hi"]);
  expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("HERMES_SECRETS_PASSPHRASE") });
  const open = await runHermes(place, ["-p", "hi"], { env: { HERMES_SECRETS_PASSPHRASE: "long passphrase" } });
  expect(open).toMatchObject({ exitCode: 0, stderr: "" });
});

test("a value is taken from no argument and shown to no pipe", async () => {
  using place = newPlace();
  expect(await runHermes(place, ["secrets", "set", "DOOR", value])).toMatchObject({ exitCode: 2 });
  expect(await runHermes(place, ["secrets", "set", "DOOR", "--from-env", "X"], { env: { X: value } })).toMatchObject({
    exitCode: 0,
  });
  expect(await runHermes(place, ["secrets", "reveal", "DOOR"])).toMatchObject({ exitCode: 2, stdout: "" });
  expect((await runHermes(place, ["secrets", "list", "--json"])).stdout).toMatch(/^\{"name":"DOOR","setAt":\d+\}\n$/u);
});

test("the agent may look at neither the secrets nor their key", async () => {
  using place = newPlace();
  const keys = join(dirname(place.home), ".local", "share", "hermes", "keys");
  const paths = [join(place.home, "secrets"), join(keys, "marks.key")];
  await using server = await startModelServer({
    reply: ({ results }) => {
      const path = paths[results.length];
      return path === undefined
        ? { text: results.join("\n") }
        : { calls: [{ name: "read_file", arguments: { path } }] };
    },
  });
  await withSecret(place, "DOOR");
  const run = await runHermes(place, ["-p", "Look", "--yes"], { env: endpoint(server.baseUrl) });
  expect(run.exitCode).toBe(3);
  expect(run.stdout.match(/Refused: The rule "deny/g)).toHaveLength(2);
});

test("a record that was changed or cut off is told by hermes audit verify", async () => {
  await using server = await startModelServer({
    reply: ({ results }) =>
      results.length === 0 ? { calls: [{ name: "terminal", arguments: { command: "touch a" } }] } : { text: "Done." },
  });
  using place = newPlace(endpoint(server.baseUrl));
  for (const task of ["one", "two", "three"]) await runHermes(place, ["-p", task, "--yes"]);
  expect(await runHermes(place, ["audit", "verify"])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("whole: 4 rows"),
  });
  const database = new DatabaseSync(join(place.home, "hermes.db"), { timeout: 5_000 });
  database.exec(
    "DROP TRIGGER audit_is_never_deleted; DROP TRIGGER audit_is_never_changed; DELETE FROM audit WHERE number = 4",
  );
  expect(await runHermes(place, ["audit", "verify"])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("row 4 was there once"),
  });
  database.exec("UPDATE audit SET subject = 'ls' WHERE number = 1");
  database.close();
  expect(await runHermes(place, ["audit", "verify"])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("row 1 of the audit does not fit"),
  });
});

test("a history with masked values is the same to the byte in the next process", async () => {
  const token = ["ghp_", "canary16C7e42F292c6912E7710c838347Ae17"].join("");
  await using server = await startModelServer({
    reply: ({ results }) =>
      results.length === 0
        ? { text: `Reading ${token}.`, calls: [{ name: "read_file", arguments: { path: "key.txt" } }] }
        : { text: `I saw ${token}.` },
  });
  using place = newPlace(endpoint(server.baseUrl));
  writeFileSync(join(place.folder, "key.txt"), `key: ${token}\ncard: 4539 1488 0343 6467\n`);
  await runHermes(place, ["-p", `Compare with ${token}`]);
  await runHermes(place, ["-c", "-p", "Once more"]);
  const histories = server.requests.map(({ body }) => JSON.stringify(body["messages"]).slice(0, -1));
  expect(histories).toHaveLength(4);
  for (const [index, earlier] of histories.slice(0, -1).entries()) {
    expect((histories[index + 1] ?? "").slice(0, earlier.length)).toBe(earlier);
  }
  expect(histories.at(-1)?.match(/‹secret:[0-9a-f]{6}›/gu)?.length).toBeGreaterThan(5);
});
