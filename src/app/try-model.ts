import { systemClock } from "../lib/system-clock.ts";
import { listModels, type ListedModel, type ListFilter } from "../providers/list-models.ts";
import { testModel, type ModelTest } from "../providers/test-model.ts";
import type { AppOptions } from "./app-options.ts";
import { openModels, type OpenedModels } from "./open-models.ts";
import { openSecrets } from "./open-secrets.ts";
import { openSettings } from "./open-store.ts";

const testDeadlineMs = 60_000;

/** The model that the settings choose. Throws `unknown-model` or `bad-settings` with the fix. */
export async function openSelectedModel(options: AppOptions, signal: AbortSignal): Promise<OpenedModels> {
  const { home, settings } = await openSettings(options);
  const secrets = await openSecrets(home, settings, options);
  return openModels({ settings, environment: options.environment, secrets }, signal);
}

/** One small real call to the model that the settings choose. */
export async function testSelectedModel(
  options: AppOptions,
): Promise<{ readonly id: string; readonly test: ModelTest }> {
  const signal = AbortSignal.timeout(testDeadlineMs);
  const { main } = await openSelectedModel(options, signal);
  return { id: main.id, test: await testModel(main, systemClock, signal) };
}

export function knownModels(filter: ListFilter): Promise<readonly ListedModel[]> {
  return listModels(filter);
}
