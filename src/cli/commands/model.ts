import { openSettings } from "../../app/open-store.ts";
import { findKeys } from "../../app/select-model.ts";
import { writeSetting } from "../../app/config/write-setting.ts";
import { textSetting } from "../../app/config/load-settings.ts";
import { knownModels, openSelectedModel, testSelectedModel } from "../../app/try-model.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { rowLimit } from "../row-limit.ts";
import { writeError, writeOut } from "../write-line.ts";

const usualRows = 60;

export async function runModel(line: CommandLine): Promise<number> {
  const [action = "show", ...rest] = line.words;
  switch (action) {
    case "show":
      return showModel(line);
    case "list":
      return listKnown(line, rest);
    case "use":
      return useModel(line, rest[0]);
    case "test":
      return tryModel(rest[0] === undefined ? line : { ...line, model: rest[0] });
    default:
      throw new AgentError(
        "bad-usage",
        `There is no hermes model ${action}: list [WORDS], use MODEL and test [MODEL] are there.`,
      );
  }
}

async function showModel(line: CommandLine): Promise<number> {
  const { main, notices } = await openSelectedModel(appOptions(line), AbortSignal.timeout(5_000));
  const { contextTokens, outputTokens } = main.limits;
  if (line.json)
    await writeOut(`${JSON.stringify({ id: main.id, contextTokens, outputTokens, price: main.price ?? null })}\n`);
  else
    await writeOut(
      `${main.id}: window ${contextTokens} tokens, answers up to ${outputTokens}, ${priceText(main.price)}\n`,
    );
  for (const notice of notices) await writeError(`hermes: ${notice}\n`);
  return exitCodes.done;
}

async function listKnown(line: CommandLine, words: readonly string[]): Promise<number> {
  const { environment } = appOptions(line);
  const keyed = findKeys(environment);
  const models = await knownModels(words.length > 0 ? { words } : { providers: keyed });
  const shown = models.slice(0, rowLimit(line, line.json ? models.length + 1 : usualRows));
  const rows = shown.map((model) =>
    line.json
      ? `${JSON.stringify(model)}\n`
      : `${model.id.padEnd(48)} ${String(Math.round(model.contextTokens / 1000)).padStart(6)}k  ${priceText(model.price)}\n`,
  );
  await writeOut(rows.join(""));
  if (line.json) return exitCodes.done;
  if (models.length > shown.length)
    await writeError(
      `hermes: ${models.length - shown.length} more; narrow it with words, or --limit ${models.length}.\n`,
    );
  if (words.length === 0 && keyed.length === 0) {
    await writeError(
      "hermes: no provider's key is set; hermes model list WORDS searches all known models, such as hermes model list claude.\n",
    );
  }
  if (words.length > 0 && models.length === 0)
    await writeError(`hermes: no known model has ${words.join(" and ")} in its name.\n`);
  return exitCodes.done;
}

async function useModel(line: CommandLine, name: string | undefined): Promise<number> {
  if (name === undefined)
    throw new AgentError("bad-usage", "Which model? hermes model use MODEL; hermes model list WORDS finds one.");
  const options = appOptions({ ...line, model: name });
  const { home, settings } = await openSettings(options);
  const { main } = await openSelectedModel(options, AbortSignal.timeout(5_000));
  await writeSetting(home.folder, "model.main", name);
  await writeOut(`${main.id} is the model from now on. hermes model test tries it.\n`);
  if (
    options.environment["HERMES_MODEL"] !== undefined &&
    textSetting(settings, "model.main") !== options.environment["HERMES_MODEL"]
  ) {
    await writeError("hermes: HERMES_MODEL is set and comes before the setting: unset it.\n");
  }
  return exitCodes.done;
}

async function tryModel(line: CommandLine): Promise<number> {
  const { id, test } = await testSelectedModel(appOptions(line));
  if (line.json) await writeOut(`${JSON.stringify({ id, ...test })}\n`);
  else if (test.ok)
    await writeOut(
      `${id} answers: ${JSON.stringify(test.answer)}, first words after ${test.firstEventMs} ms, all after ${test.totalMs} ms.\n`,
    );
  else await writeError(`hermes: ${test.failure.message}\n`);
  return test.ok ? exitCodes.done : exitCodes.failed;
}

function priceText(price: { readonly inputUsd: number; readonly outputUsd: number } | undefined): string {
  return price === undefined ? "price unknown" : `$${price.inputUsd} in, $${price.outputUsd} out per million tokens`;
}
