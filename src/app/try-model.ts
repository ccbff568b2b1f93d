import { systemClock } from "../lib/system-clock.ts";
import { listModels, type ListedModel, type ListFilter } from "../providers/list-models.ts";
import { testModel, type ModelTest } from "../providers/test-model.ts";
import type { Environment } from "./config/environment.ts";
import type { Settings } from "./config/load-settings.ts";
import { openModels } from "./open-models.ts";

const testDeadlineMs = 60_000;

/** One small real call to the model that the settings choose. */
export async function testSelectedModel(
  settings: Settings,
  environment: Environment,
): Promise<{ readonly id: string; readonly test: ModelTest }> {
  const signal = AbortSignal.timeout(testDeadlineMs);
  const { main } = await openModels(settings, environment, signal);
  return { id: main.id, test: await testModel(main, systemClock, signal) };
}

export function knownModels(filter: ListFilter): Promise<readonly ListedModel[]> {
  return listModels(filter);
}
