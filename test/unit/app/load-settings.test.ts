import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadSettings, type Settings } from "../../../src/app/config/load-settings.ts";
import { writeSetting } from "../../../src/app/config/write-setting.ts";
import { readFileSync } from "node:fs";

function emptyHome(): string {
  return mkdtempSync(join(tmpdir(), "hermes-home-"));
}

function load(
  home: string,
  more: { environment?: Record<string, string>; flags?: readonly string[] } = {},
): Promise<Settings> {
  return loadSettings({ home, environment: more.environment ?? {}, flags: more.flags ?? [] });
}

describe("loadSettings", () => {
  test("flag before environment before file before default", async () => {
    const home = emptyHome();
    const all = { environment: { HERMES_MODEL: "environment/m" }, flags: ["model.main=flag/m"] };
    expect((await load(home)).values.get("limits.steps")).toEqual({ value: 250, origin: "default" });
    writeFileSync(join(home, "settings.yaml"), "model: { main: file/m }\nlimits:\n  steps: 7\n");
    expect((await load(home)).values.get("model.main")).toEqual({ value: "file/m", origin: "file" });
    expect((await load(home)).values.get("limits.steps")).toEqual({ value: 7, origin: "file" });
    const { environment } = all;
    expect((await load(home, { environment })).values.get("model.main")).toEqual({
      value: "environment/m",
      origin: "environment",
    });
    expect((await load(home, all)).values.get("model.main")).toEqual({ value: "flag/m", origin: "flag" });
  });

  test("any key can be set by HERMES_SET_", async () => {
    const settings = await load(emptyHome(), { environment: { HERMES_SET_MODEL__BUDGETS__RUN_USD: "1.5" } });
    expect(settings.values.get("model.budgets.run_usd")).toEqual({ value: 1.5, origin: "environment" });
  });

  test("an unknown key is a warning with a suggestion, and the rest holds", async () => {
    const home = emptyHome();
    writeFileSync(join(home, "settings.yaml"), "limits: { step: 9, minutes: 5 }\n");
    const settings = await load(home);
    expect(settings.warnings).toEqual([
      `${home}/settings.yaml: there is no setting limits.step; did you mean limits.steps?`,
    ]);
    expect(settings.values.get("limits.minutes")?.value).toBe(5);
  });

  test("a broken file gives way to its last good copy, and it says so", async () => {
    const home = emptyHome();
    writeFileSync(join(home, "settings.yaml"), "limits: { steps: 9 }\n");
    await load(home);
    writeFileSync(join(home, "settings.yaml"), "limits: { steps: 9\n");
    const settings = await load(home);
    expect(settings.values.get("limits.steps")?.value).toBe(9);
    expect(settings.warnings[0]).toContain("The last good copy is in use");
  });

  test("a broken file without a good copy is refused with its place", async () => {
    const home = emptyHome();
    writeFileSync(join(home, "settings.yaml"), "limits: { steps: many }\n");
    await expect(load(home)).rejects.toThrow(/settings\.yaml cannot be used: .*limits\.steps is "many".*Mend it/u);
  });

  test.each([
    [["limits.steps=many"], "must be a number"],
    [["limit.steps=3"], "Did you mean limits.steps?"],
    [["limits.steps"], "--set key=value"],
    [["model.api=soap"], "one of openai-chat, openai-responses, anthropic-messages"],
  ])("--set %s says: %s", async (flags, sentence) => {
    await expect(load(emptyHome(), { flags })).rejects.toThrow(sentence);
  });
});

test("writeSetting keeps comments and everything else", async () => {
  const home = emptyHome();
  const file = join(home, "settings.yaml");
  writeFileSync(file, "# mine\nmodel:\n  main: a/b # the good one\nlimits: { steps: 9 }\n");
  await writeSetting(home, "model.main", "c/d");
  await writeSetting(home, "model.budgets.run_usd", "2");
  expect(readFileSync(file, "utf8")).toBe(
    "# mine\nmodel:\n  main: c/d # the good one\n  budgets:\n    run_usd: 2\nlimits: { steps: 9 }\n",
  );
});
