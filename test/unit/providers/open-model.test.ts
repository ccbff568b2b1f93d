import { describe, expect, test } from "vitest";
import { textOf } from "../../../src/protocol/message.ts";
import { catalogue, loadRecords } from "../../../src/providers/catalogue.ts";
import { detectLocalServers, usualLocalAddresses } from "../../../src/providers/detect-local-servers.ts";
import { listModels } from "../../../src/providers/list-models.ts";
import type { ModelSelection } from "../../../src/providers/model-selection.ts";
import { type OpenedModel, openModel } from "../../../src/providers/open-model.ts";
import { testModel } from "../../../src/providers/test-model.ts";
import { patientFetch } from "../../../src/lib/patient-fetch.ts";
import { systemClock } from "../../../src/lib/system-clock.ts";
import { answerOf, lastEventOf, openEmulated, testParts, userRequest } from "../../emulators/emulated-model.ts";
import { startModelServer } from "../../emulators/model-server.ts";

const never = new AbortController().signal;

function open(selection: ModelSelection): Promise<OpenedModel> {
  return openModel(selection, testParts(), never);
}

describe("a model of the catalogue", () => {
  test("has limits, price and features without asking anybody", async () => {
    const { model, notices } = await open({ main: "anthropic/claude-sonnet-4-5" });
    expect(model.id).toBe("anthropic/claude-sonnet-4-5");
    expect(model.limits.contextTokens).toBeGreaterThanOrEqual(200_000);
    expect(model.limits.outputTokens).toBe(32_768);
    expect(model.price?.inputUsd).toBeGreaterThan(0);
    expect(model.features.has("reasoning")).toBe(true);
    expect(notices).toEqual([]);
  });

  test("that does not exist is refused with the nearest names", async () => {
    await expect(open({ main: "anthropic/claude-sonet-4-5" })).rejects.toMatchObject({
      code: "unknown-model",
      message: expect.stringMatching(/^Anthropic has no model "claude-sonet-4-5": did you mean claude-sonnet-4-5/),
    });
  });

  test("of an unknown provider is refused with the nearest providers", async () => {
    await expect(open({ main: "openruter/x" })).rejects.toMatchObject({
      code: "unknown-model",
      message: expect.stringContaining("for instance with openrouter"),
    });
  });

  test("that is newer than the catalogue is taken when the vendor serves it", async () => {
    await using server = await startModelServer({
      reply: () => ({ text: "new" }),
      models: [{ id: "glm-99", context_length: 77_000 }],
    });
    const { model } = await open({
      main: "zai/glm-99",
      keys: { zai: [{ name: "ZAI_API_KEY", value: "key-00000000" }] },
      baseUrls: { zai: server.baseUrl },
    });
    expect(model.limits.contextTokens).toBe(77_000);
    expect(textOf(await answerOf(model, userRequest("hi")))).toBe("new");
  });

  test.each([
    "openrouter/anthropic/claude-sonnet-4.5",
    "openai/gpt-5",
    "minimax/MiniMax-M2.7",
    "gemini/gemini-2.5-pro",
    "mistral/codestral-latest",
  ])("%s can be spoken to at another address, and costs money", async (main) => {
    await using server = await startModelServer({
      reply: () => ({ text: "hello", usage: { input: 1_000, output: 1_000 } }),
    });
    const id = main.slice(0, main.indexOf("/"));
    const { model } = await open({
      main,
      keys: { [id]: [{ name: "K", value: "key-00000000" }] },
      baseUrls: { [id]: server.baseUrl },
    });
    const last = await lastEventOf(model, userRequest("hi"));
    expect(last.type).toBe("finish");
    expect(last.usage?.costUsd).toBeGreaterThan(0);
  });

  test("without a key asks for one by name", async () => {
    await using server = await startModelServer({ reply: () => ({ fault: { kind: "status", status: 401 } }) });
    const { model } = await open({ main: "nous/Hermes-4-70B", baseUrls: { nous: server.baseUrl } });
    const last = await lastEventOf(model, userRequest("hi"));
    expect(last.type === "error" && last.failure.message).toBe(
      `${server.baseUrl} wants a key (401): set NOUS_API_KEY.`,
    );
  });
});

describe("an endpoint", () => {
  test("without a named model: the only one is taken, and it is said", async () => {
    await using server = await startModelServer({
      reply: () => ({ text: "x" }),
      models: [{ id: "hermes", max_model_len: 16_384 }],
    });
    const { model, notices } = await open({ main: { baseUrl: server.baseUrl, api: "openai-chat" } });
    expect(model.id).toBe("custom/hermes");
    expect(model.limits).toEqual({ contextTokens: 16_384, outputTokens: 4_096 });
    expect(notices).toEqual([`No model was named: using hermes, the only one at ${server.baseUrl}.`]);
  });

  test("with no list of models and no name is refused with the fix", async () => {
    await using server = await startModelServer({ reply: () => ({}), models: [] });
    await expect(open({ main: { baseUrl: server.baseUrl, api: "openai-chat" } })).rejects.toMatchObject({
      code: "unknown-model",
      message: expect.stringContaining("name one with HERMES_MODEL"),
    });
  });

  test("that says nothing about its context is given 32k", async () => {
    await using server = await startModelServer({ reply: () => ({}), models: ["m"] });
    const { model } = await open({ main: { baseUrl: server.baseUrl, api: "openai-chat", model: "m" } });
    expect(model.limits.contextTokens).toBe(32_768);
    expect(model.price).toBeUndefined();
  });

  test("of llama.cpp: the loaded context counts, not the trained one", async () => {
    await using server = await startModelServer({
      reply: () => ({}),
      models: [{ id: "m", owned_by: "llamacpp", meta: { n_ctx_train: 131_072 } }],
      documents: { "/props": { default_generation_settings: { n_ctx: 16_384 } } },
    });
    const { model } = await open({ main: { baseUrl: server.baseUrl, api: "openai-chat", model: "m" } });
    expect(model.limits.contextTokens).toBe(16_384);
  });

  test("of Ollama: a context of 4,096 is found and warned of", async () => {
    await using server = await startModelServer({
      reply: () => ({}),
      models: [{ id: "hermes3:8b", owned_by: "library" }],
      documents: {
        "/api/ps": { models: [{ model: "hermes3:8b", context_length: 4_096 }] },
        "/api/show": { parameters: "num_ctx 65536" },
      },
    });
    const { model, notices } = await open({
      main: { baseUrl: server.baseUrl, api: "openai-chat", model: "hermes3:8b" },
    });
    expect(model.limits).toEqual({ contextTokens: 4_096, outputTokens: 1_024 });
    expect(notices.join()).toMatch(/only 4096 tokens: start Ollama with OLLAMA_CONTEXT_LENGTH/);
  });

  test("of Ollama that is not loaded: its own parameter counts", async () => {
    await using server = await startModelServer({
      reply: () => ({}),
      models: [{ id: "m", owned_by: "library" }],
      documents: { "/api/ps": { models: [] }, "/api/show": { parameters: "temperature 0.7\nnum_ctx 24576" } },
    });
    const { model } = await open({ main: { baseUrl: server.baseUrl, api: "openai-chat", model: "m" } });
    expect(model.limits.contextTokens).toBe(24_576);
  });

  test("a setting is stronger than what the server says, and saves the question", async () => {
    let asked = 0;
    const parts = { ...testParts(), fetch: () => Promise.reject(new Error(`asked ${(asked += 1)}`)) };
    const main = { baseUrl: "http://127.0.0.1:9", api: "openai-chat" as const, model: "m" };
    const { model } = await openModel({ main, limits: { contextTokens: 50_000 } }, parts, never);
    expect([model.limits.contextTokens, asked]).toEqual([50_000, 0]);
  });
});

test("local servers are found at once, and those that are not there are left out", async () => {
  await using server = await startModelServer({ reply: () => ({}), models: ["a", "b"] });
  const silent = { provider: "vllm", title: "vLLM", baseUrl: "http://127.0.0.1:9/v1" };
  const here = { provider: "ollama", title: "Ollama", baseUrl: server.baseUrl };
  const found = await detectLocalServers({ fetch: patientFetch, clock: systemClock, signal: never }, [silent, here]);
  expect(found).toEqual([{ ...here, models: ["a", "b"] }]);
  expect(usualLocalAddresses.map((address) => address.baseUrl)).toEqual([
    "http://127.0.0.1:11434/v1",
    "http://127.0.0.1:1234/v1",
    "http://127.0.0.1:8080/v1",
    "http://127.0.0.1:8000/v1",
  ]);
});

test("every provider's records can be loaded and have an id of their own", async () => {
  expect(new Set(catalogue.map((provider) => provider.id)).size).toBe(catalogue.length);
  for (const provider of catalogue) {
    const records = await loadRecords(provider);
    expect(records.size > 0, provider.id).toBe(provider.records !== undefined);
  }
});

test("models are listed by provider and words", async () => {
  const listed = await listModels({ providers: ["anthropic"], words: ["Sonnet", "4-5"] });
  expect(listed.map((model) => model.id)).toContain("anthropic/claude-sonnet-4-5");
  expect(listed.every((model) => model.id.includes("sonnet"))).toBe(true);
  expect((await listModels()).length).toBeGreaterThan(500);
});

describe("testing a model", () => {
  test("tells the answer and how long it took", async () => {
    await using server = await startModelServer({ reply: () => ({ text: "ready" }) });
    const outcome = await testModel(await openEmulated(server), systemClock, never);
    expect(outcome).toMatchObject({ ok: true, answer: "ready" });
  });

  test("tells the first failure instead of waiting", async () => {
    await using server = await startModelServer({ reply: () => ({ fault: { kind: "status", status: 503 } }) });
    const outcome = await testModel(await openEmulated(server), systemClock, never);
    expect(outcome).toMatchObject({ ok: false, failure: { kind: "overloaded", status: 503 } });
    expect(server.requests).toHaveLength(1);
  });
});
