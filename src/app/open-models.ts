import { newId } from "../lib/new-id.ts";
import { patientFetch } from "../lib/patient-fetch.ts";
import { systemClock } from "../lib/system-clock.ts";
import { AgentError } from "../protocol/agent-error.ts";
import type { Model } from "../protocol/model.ts";
import { detectLocalServers, usualLocalAddresses, type LocalServer } from "../providers/detect-local-servers.ts";
import { openModel, type ModelParts } from "../providers/open-model.ts";
import { RateGates } from "../providers/retry/rate-gates.ts";
import { maskedModel } from "../secrets/masked-model.ts";
import type { Environment } from "./config/environment.ts";
import type { Settings } from "./config/load-settings.ts";
import { withSecretValues } from "./config/secret-references.ts";
import { withStoredKeys, type OpenSecrets } from "./open-secrets.ts";
import { providerUrls, selectAuxiliary, selectModel } from "./select-model.ts";

export type OpenedModels = {
  readonly main: Model;
  /** Writes summaries; the main model unless another is set. */
  readonly summary: Model;
  readonly notices: readonly string[];
};

/** Opens what the settings say, behind the mask. Throws `unknown-model` or `bad-settings` with the fix. */
export async function openModels(
  given: { readonly settings: Settings; readonly environment: Environment; readonly secrets: OpenSecrets },
  signal: AbortSignal,
): Promise<OpenedModels> {
  const { masker, values } = given.secrets;
  const settings = withSecretValues(given.settings, given.secrets);
  const environment = withStoredKeys(given.environment, values);
  const { selection, notices } = selectModel(settings, environment) ?? (await noModel(settings, signal));
  const auxiliary = selectAuxiliary(settings, environment);
  const parts = modelParts();
  const main = await openModel(selection, parts, signal);
  const summary = auxiliary === undefined ? main : await openModel(auxiliary, parts, signal);
  const masked = maskedModel(main.model, masker);
  return {
    main: masked,
    summary: summary === main ? masked : maskedModel(summary.model, masker),
    notices: [...notices, ...main.notices],
  };
}

/** Says what could be used. A server that happens to run here is offered, never used unasked: it would see every word. */
async function noModel(settings: Settings, signal: AbortSignal): Promise<never> {
  const urls = providerUrls(settings);
  const addresses = usualLocalAddresses.map((usual) => ({ ...usual, baseUrl: urls[usual.provider] ?? usual.baseUrl }));
  const found = await detectLocalServers({ fetch: patientFetch, clock: systemClock, signal }, addresses);
  const server = found.find(({ models }) => models.length > 0);
  throw new AgentError("unknown-model", server === undefined ? nothingSetUp : serverFound(server));
}

const nothingSetUp =
  "No model is set up: set a key such as OPENROUTER_API_KEY, or HERMES_BASE_URL for your own endpoint, or run hermes model list.";

function serverFound({ title, provider, baseUrl, models: [model = ""] }: LocalServer): string {
  return `No model is set up, but ${title} runs at ${baseUrl}: hermes model use ${provider}/${model} takes it.`;
}

function modelParts(): ModelParts {
  return { clock: systemClock, newId, random: Math.random, fetch: patientFetch, gates: new RateGates(systemClock) };
}
