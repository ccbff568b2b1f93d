import { describe, expect, test } from "vitest";
import { loadSettings } from "../../../src/app/config/load-settings.ts";
import { defaultModels } from "../../../src/app/default-models.ts";
import { selectModel } from "../../../src/app/select-model.ts";
import { catalogue, loadRecords } from "../../../src/providers/catalogue.ts";
import type { ModelRef } from "../../../src/providers/model-selection.ts";

async function mainOf(
  environment: Record<string, string>,
  flags: readonly string[] = [],
): Promise<ModelRef | undefined> {
  const settings = await loadSettings({ home: "/nowhere", environment, flags });
  return selectModel(settings, environment)?.selection.main;
}

describe("selectModel", () => {
  test("an endpoint of your own with its key and model", async () => {
    const environment = { HERMES_BASE_URL: "http://127.0.0.1:9/v1", HERMES_API_KEY: "k", HERMES_MODEL: "m" };
    expect(await mainOf(environment)).toEqual({
      baseUrl: "http://127.0.0.1:9/v1",
      api: "openai-chat",
      model: "m",
      keys: [{ name: "HERMES_API_KEY", value: "k" }],
    });
  });

  test("a model of a known provider on the command line leaves the endpoint aside", async () => {
    const environment = { HERMES_BASE_URL: "http://127.0.0.1:9/v1" };
    expect(await mainOf(environment, ["model.main=anthropic/claude-sonnet-5"])).toBe("anthropic/claude-sonnet-5");
    expect(await mainOf(environment, ["model.main=qwen3"])).toMatchObject({ model: "qwen3" });
  });

  test("without a choice the first provider whose key is set, and it says so", async () => {
    const environment = { OPENAI_API_KEY: "k" };
    const settings = await loadSettings({ home: "/nowhere", environment, flags: [] });
    const selected = selectModel(settings, environment);
    expect(selected?.selection.main).toBe("openai/gpt-5.4");
    expect(selected?.notices).toEqual([
      "using openai/gpt-5.4 because OPENAI_API_KEY is set; hermes model use MODEL chooses another.",
    ]);
  });

  test("several keys of one provider", async () => {
    const environment = { OPENAI_API_KEY: "a", OPENAI_API_KEY_2: "b", HERMES_MODEL: "openai/gpt-5.4" };
    const settings = await loadSettings({ home: "/nowhere", environment, flags: [] });
    expect(selectModel(settings, environment)?.selection.keys?.["openai"]).toEqual([
      { name: "OPENAI_API_KEY", value: "a" },
      { name: "OPENAI_API_KEY_2", value: "b" },
    ]);
  });

  test("nothing when nothing is set up", async () => {
    expect(await mainOf({})).toBeUndefined();
  });

  test("an address that is none is refused", async () => {
    await expect(mainOf({ HERMES_BASE_URL: "localhost:80" })).rejects.toThrow("is no address");
  });
});

test.each(Object.entries(defaultModels))(
  "the default model of %s is one that its provider has: %s",
  async (id, model) => {
    const provider = catalogue.find((known) => known.id === id);
    if (provider === undefined) throw new Error(`no provider ${id}`);
    expect((await loadRecords(provider)).has(model)).toBe(true);
  },
);
