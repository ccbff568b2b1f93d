import { catalogue } from "./catalogue.ts";
import { listServedModels, type ProbeParts } from "./served-models.ts";

export type LocalServer = {
  /** The catalogue's name: `ollama`, `lmstudio`, `llamacpp`, `vllm`. */
  readonly provider: string;
  readonly title: string;
  readonly baseUrl: string;
  readonly models: readonly string[];
};

export type LocalAddress = { readonly provider: string; readonly title: string; readonly baseUrl: string };

/** Where such servers listen unless somebody has moved them. */
export const usualLocalAddresses: readonly LocalAddress[] = catalogue
  .filter((provider) => provider.isLocal === true)
  .map(({ id, title, baseUrl }) => ({ provider: id, title, baseUrl }));

/** Asks all addresses at once; those that answer in time with a list of models are found, in the order asked. */
export async function detectLocalServers(
  parts: Omit<ProbeParts, "deadlineMs"> & { readonly deadlineMs?: number },
  addresses: readonly LocalAddress[] = usualLocalAddresses,
): Promise<readonly LocalServer[]> {
  const found = await Promise.all(
    addresses.map(async (address) => {
      const served = await listServedModels(
        { baseUrl: address.baseUrl, key: undefined },
        { deadlineMs: 300, ...parts },
      );
      return served.ok ? [{ ...address, models: served.models.map((model) => model.id) }] : [];
    }),
  );
  return found.flat();
}
