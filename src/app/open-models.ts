import { newId } from "../lib/new-id.ts";
import { patientFetch } from "../lib/patient-fetch.ts";
import { systemClock } from "../lib/system-clock.ts";
import type { Model } from "../protocol/model.ts";

import { openModel, type ModelParts } from "../providers/open-model.ts";
import { RateGates } from "../providers/retry/rate-gates.ts";
import type { Environment } from "./config/environment.ts";
import type { Settings } from "./config/load-settings.ts";
import { selectAuxiliary, selectModel } from "./select-model.ts";

export type OpenedModels = {
  readonly main: Model;
  /** Writes summaries; the main model unless another is set. */
  readonly summary: Model;
  readonly notices: readonly string[];
};

/** Opens what the settings say. Throws `unknown-model` or `bad-settings` with the fix. */
export async function openModels(
  settings: Settings,
  environment: Environment,
  signal: AbortSignal,
): Promise<OpenedModels> {
  const { selection, notices } = selectModel(settings, environment);
  const auxiliary = selectAuxiliary(settings, environment);
  const parts = modelParts();
  const main = await openModel(selection, parts, signal);
  const summary = auxiliary === undefined ? main : await openModel(auxiliary, parts, signal);
  return { main: main.model, summary: summary.model, notices: [...notices, ...main.notices] };
}

function modelParts(): ModelParts {
  return { clock: systemClock, newId, random: Math.random, fetch: patientFetch, gates: new RateGates(systemClock) };
}
