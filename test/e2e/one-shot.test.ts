import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startModelServer, type EmulatedRequest, type ModelServer } from "../emulators/model-server.ts";
import type { EmulatedReply } from "../emulators/model-reply.ts";
import { ended, endpoint, newPlace, runHermes, startHermes } from "./run-hermes.ts";

const apis = ["openai-chat", "openai-responses", "anthropic-messages"] as const;

/** Writes a file, reads it back with a command, and says what it saw. */
function worker({ results }: EmulatedRequest): EmulatedReply {
  switch (results.length) {
    case 0:
      return {
        text: "Writing it.",
        calls: [{ name: "write_file", arguments: { path: "hello.txt", content: "hello\n" } }],
      };
    case 1:
      return { calls: [{ name: "terminal", arguments: { command: "cat hello.txt && touch done" } }] };
    default:
      return { text: `The file says: ${results.at(-1)?.includes("hello") === true ? "hello" : "something else"}` };
  }
}

function baseUrlOf(server: ModelServer, api: string): string {
  return api === "anthropic-messages" ? server.origin : server.baseUrl;
}

describe.each(apis)("hermes -p against a server that speaks %s", (api) => {
  test("does the work with real tools and prints the answer alone", async () => {
    await using server = await startModelServer({ reply: worker });
    using place = newPlace(endpoint(baseUrlOf(server, api), api));
    const run = await runHermes(place, ["-p", "Write hello.txt", "--yes"]);
    expect(run).toMatchObject({ exitCode: 0, stdout: "The file says: hello\n" });
    expect(readFileSync(join(place.folder, "hello.txt"), "utf8")).toBe("hello\n");
    expect(existsSync(join(place.folder, "done"))).toBe(true);
    expect(server.requests.every((request) => request.api === api)).toBe(true);
    expect(Buffer.byteLength(server.requests[0]?.raw ?? "")).toBeLessThanOrEqual(10_240);
  });

  test("sends the vendor's own call ids back, and tells repeated ones apart", async () => {
    const look = { id: "call_7", name: "search_files", arguments: { pattern: "*", target: "files" } };
    await using server = await startModelServer({
      reply: ({ results }) => (results.length < 2 ? { calls: [look] } : { text: "Seen." }),
    });
    using place = newPlace(endpoint(baseUrlOf(server, api), api));
    expect(await runHermes(place, ["-p", "Look"])).toMatchObject({ exitCode: 0, stdout: "Seen.\n" });
    const last = server.requests.at(-1)?.raw ?? "";
    expect(last.split('"call_7').length - 1).toBeGreaterThanOrEqual(2);
    const ids = [...last.matchAll(/"(?:tool_call_id|tool_use_id|call_id)":"([^"]+)"/gu)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(2);
  });

  test("two turns share a byte-identical prefix, across processes", async () => {
    await using server = await startModelServer({ reply: worker });
    using place = newPlace(endpoint(baseUrlOf(server, api), api));
    await runHermes(place, ["-p", "Write hello.txt", "--yes"]);
    await runHermes(place, ["-c", "-p", "And again", "--yes"]);
    const list = api === "openai-responses" ? "input" : "messages";
    const parsed = server.requests.map(({ body }) => body);
    expect(parsed).toHaveLength(6);
    for (const [index, earlier] of parsed.entries()) {
      const later = parsed[index + 1];
      if (later === undefined) continue;
      const older = JSON.stringify(earlier[list]).slice(0, -1);
      expect(JSON.stringify(later[list]).slice(0, older.length)).toBe(older);
      const rest = (body: Record<string, unknown>): string => JSON.stringify({ ...body, [list]: undefined });
      expect(rest(later)).toBe(rest(earlier));
    }
  });
});

describe("hermes -p", () => {
  test("with a model that only writes its calls as text", async () => {
    const call = (name: string, input: object): string =>
      `<tool_call>\n${JSON.stringify({ name, arguments: input })}\n</tool_call>`;
    await using server = await startModelServer({
      reply: ({ asked }) => {
        if (!asked.includes("<tool_response>"))
          return { text: `I write it.\n${call("write_file", { path: "a.txt", content: "text" })}` };
        return { text: "Written." };
      },
    });
    using place = newPlace({ ...endpoint(server.baseUrl), HERMES_SET_MODEL__TEXT_TOOL_CALLS: "on" });
    const run = await runHermes(place, ["-p", "Write a.txt", "--yes"]);
    expect(run).toMatchObject({ exitCode: 0, stdout: "Written.\n" });
    expect(readFileSync(join(place.folder, "a.txt"), "utf8")).toBe("text");
    expect(server.requests[0]?.body["tools"]).toBeUndefined();
  });

  test("falls back to calls as text, and says so, when the server takes no tools", async () => {
    await using server = await startModelServer({
      reply: ({ body, asked }) => {
        if (body["tools"] !== undefined) {
          return {
            fault: { kind: "status", status: 400, body: { error: { message: "emulated does not support tools" } } },
          };
        }
        if (asked.includes("<tool_response>")) return { text: "Seen." };
        return {
          text: '<tool_call>{"name": "search_files", "arguments": {"pattern": "*", "target": "files"}}</tool_call>',
        };
      },
    });
    using place = newPlace(endpoint(server.baseUrl));
    const run = await runHermes(place, ["-p", "Look around"]);
    expect(run).toMatchObject({ exitCode: 0, stdout: "Seen.\n" });
    expect(run.stderr).toMatch(/does not support tools|takes no tools/u);
  });

  test("--json gives one event a line, from run-start to run-end", async () => {
    await using server = await startModelServer({ reply: worker });
    using place = newPlace(endpoint(server.baseUrl));
    const run = await runHermes(place, ["-p", "Write hello.txt", "--yes", "--json"]);
    const types = run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types[0]).toBe("run-start");
    expect(types.at(-1)).toBe("run-end");
    expect(types.filter((type) => type === "tool-end")).toHaveLength(2);
  });

  test("without --yes what is not surely read-only is refused, the run goes on and exits 3", async () => {
    await using server = await startModelServer({ reply: worker });
    using place = newPlace(endpoint(server.baseUrl));
    const run = await runHermes(place, ["-p", "Write hello.txt"]);
    expect(run).toMatchObject({ exitCode: 3, stdout: "The file says: something else\n" });
    expect(existsSync(join(place.folder, "hello.txt"))).toBe(false);
  });

  test("--allow lets through what its rule names and nothing else", async () => {
    await using server = await startModelServer({ reply: worker });
    using place = newPlace(endpoint(server.baseUrl));
    const run = await runHermes(place, ["-p", "Write hello.txt", "--allow", "write write_file *"]);
    expect(run.exitCode).toBe(3);
    expect(existsSync(join(place.folder, "hello.txt"))).toBe(true);
    expect(existsSync(join(place.folder, "done"))).toBe(false);
  });

  test("a deny rule holds against --yes", async () => {
    await using server = await startModelServer({ reply: worker });
    using place = newPlace(endpoint(server.baseUrl));
    mkdirSync(place.home, { recursive: true });
    writeFileSync(join(place.home, "settings.yaml"), 'approvals:\n  rules:\n    - deny: "execute terminal *"\n');
    const run = await runHermes(place, ["-p", "Write hello.txt", "--yes"]);
    expect(run.exitCode).toBe(3);
    expect(existsSync(join(place.folder, "done"))).toBe(false);
  });

  test("the task can come on standard input", async () => {
    await using server = await startModelServer({ reply: ({ asked }) => ({ text: asked.toUpperCase() }) });
    using place = newPlace(endpoint(server.baseUrl));
    const run = await runHermes(place, ["-p", "-"], { stdin: "say it loud" });
    expect(run).toMatchObject({ exitCode: 0, stdout: "SAY IT LOUD\n" });
  });

  test("Ctrl-C stops it within 2 s, keeps what came, and exits 130", async () => {
    await using server = await startModelServer({
      reply: ({ results }) =>
        results.length === 0 ? { calls: [{ name: "terminal", arguments: { command: "sleep 60" } }] } : { text: "no" },
    });
    using place = newPlace(endpoint(server.baseUrl));
    const child = startHermes(place, ["-p", "Sleep", "--yes"]);
    const end = ended(child);
    await new Promise<void>((resolve) =>
      child.stderr?.on("data", (text: string) => text.includes("sleep 60") && resolve()),
    );
    const began = performance.now();
    child.kill("SIGINT");
    expect((await end).exitCode).toBe(130);
    expect(performance.now() - began).toBeLessThan(2_000);
    const shown = await runHermes(place, ["sessions", "list", "--json"]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ messageCount: 3, title: "Sleep" });
  });

  test("a named fallback takes over when the main model is gone, and it is told", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "I am the fallback." }) });
    using place = newPlace({
      HERMES_MODEL: "openai/gpt-5.4",
      OPENAI_API_KEY: "k",
      OPENROUTER_API_KEY: "k",
      HERMES_SET_MODEL__PROVIDER_URLS: `openai=http://127.0.0.1:1/v1,openrouter=${server.baseUrl}`,
      HERMES_SET_MODEL__FALLBACKS: "openrouter/anthropic/claude-sonnet-5",
      HERMES_SET_MODEL__CALL_SECONDS: "4",
    });
    const run = await runHermes(place, ["-p", "Who are you?"]);
    expect(run).toMatchObject({ exitCode: 0, stdout: "I am the fallback.\n" });
    expect(run.stderr).toContain("openrouter/anthropic/claude-sonnet-5");
  });
});
