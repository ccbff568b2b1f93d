import type { OutputStore } from "../protocol/tool.ts";
import type { Masker } from "./masker.ts";

/** What is kept of long outputs is masked whole, so that every page of it is. */
export function maskedOutputs(outputs: OutputStore, masker: Masker): OutputStore {
  return {
    save: (id, bytes) => outputs.save(id, masker.bytes(bytes)),
    size: (name) => outputs.size(name),
    load: (name, range) => outputs.load(name, range),
  };
}
